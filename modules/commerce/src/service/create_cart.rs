//! Makes an empty cart for whoever holds its token.

use stoa_core::{SiteId, Token};
use stoa_db::Cx;

use crate::{domain::ids::CartId, error::CommerceError, store};

pub(crate) async fn create_cart(cx: &mut Cx, site: SiteId) -> Result<(CartId, Token), CommerceError> {
    let token = Token::random();
    let id = store::insert_cart(cx, &token, site).await?;
    Ok((id, token))
}
