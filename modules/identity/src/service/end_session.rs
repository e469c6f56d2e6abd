//! Ends one of a user's sessions.

use stoa_core::{SessionId, UserId};
use stoa_db::{DbResult, PlatformCx};

use crate::{
    events::SessionEnded,
    store::sessions::{Sessions, TokenHash},
};

/// Yields the ended session's token hash, to be forgotten after the commit; None when the user has no such session.
pub(crate) async fn end_session(
    cx: &mut PlatformCx,
    user: UserId,
    session: SessionId,
) -> DbResult<Option<TokenHash>> {
    let ended = Sessions::delete(cx, user, session).await?;
    if ended.is_some() {
        cx.record(&SessionEnded { session, user });
    }
    Ok(ended)
}
