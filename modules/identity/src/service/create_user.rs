//! Creates a user. Whoever creates one also gives it a first membership.

use stoa_core::UserId;
use stoa_db::PlatformCx;

use crate::{IdentityError, NewUser, events::UserCreated, store::users};

pub async fn create_user(cx: &mut PlatformCx, user: NewUser) -> Result<UserId, IdentityError> {
    let id = cx.new_id();
    users::insert_user(cx, id, &user).await?;
    cx.record(&UserCreated { user: id });
    Ok(id)
}
