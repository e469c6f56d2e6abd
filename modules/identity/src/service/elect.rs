//! Elects the membership a session works in. The session gets a new id and token with it.

use stoa_core::{MembershipId, SessionId, Token, UserId};
use stoa_db::PlatformCx;

use crate::{
    IdentityError, StartedSession,
    domain::session::SessionKind,
    events::MembershipElected,
    store::{
        memberships::Memberships,
        sessions::{NewSession, Sessions, TokenHash},
    },
};

#[derive(Debug)]
pub(crate) struct Elect {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) membership: MembershipId,
}

/// The renewed session, and the hash of the token it had before.
pub(crate) async fn elect(
    cx: &mut PlatformCx,
    command: Elect,
) -> Result<(StartedSession, TokenHash), IdentityError> {
    let Elect {
        user,
        session,
        membership,
    } = command;
    // Somebody else's membership is not found, as one that never was.
    if !Memberships::of_user(cx, user)
        .await?
        .iter()
        .any(|own| own.id == membership)
    {
        return Err(IdentityError::MembershipNotFound);
    }
    let renewed = StartedSession {
        id: cx.new_id(),
        token: Token::random(),
        elected: Some(membership),
    };
    let row = NewSession {
        id: renewed.id,
        token_hash: renewed.token.hash(),
        kind: SessionKind::Browser,
        membership: Some(membership),
        user_agent: None,
    };
    let previous = Sessions::renew(cx, user, session, &row)
        .await?
        .ok_or(IdentityError::BrowserOnly)?;
    cx.record(&MembershipElected {
        membership,
        user,
        session: renewed.id,
    });
    Ok((renewed, previous))
}
