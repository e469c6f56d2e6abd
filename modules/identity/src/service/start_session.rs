//! Starts a session: a fresh id and a fresh token, whatever the browser brought along.

use stoa_core::{MembershipId, SessionId, Token, UserId};
use stoa_db::{DbResult, PlatformCx};

use crate::{
    domain::session::SessionKind,
    events::UserLoggedIn,
    store::{
        sessions::{NewSession, Sessions},
        users,
    },
};

/// A session to be started for somebody who has proven who they are.
#[derive(Debug)]
pub struct StartSession {
    pub user: UserId,
    /// The membership it starts with.
    pub elected: Option<MembershipId>,
    pub user_agent: Option<String>,
}

/// A session and the secret that its cookie carries.
#[derive(Debug)]
pub struct StartedSession {
    pub id: SessionId,
    pub token: Token,
    pub elected: Option<MembershipId>,
}

pub async fn start_session(cx: &mut PlatformCx, start: StartSession) -> DbResult<StartedSession> {
    let started = StartedSession {
        id: cx.new_id(),
        token: Token::random(),
        elected: start.elected,
    };
    let session = NewSession {
        id: started.id,
        token_hash: started.token.hash(),
        kind: SessionKind::Browser,
        membership: start.elected,
        user_agent: start.user_agent,
    };
    self::start(cx, start.user, session).await?;
    Ok(started)
}

/// Starts a session of either kind. The user's expired ones go: whoever comes back cleans up behind themselves.
pub(crate) async fn start(cx: &mut PlatformCx, user: UserId, session: NewSession) -> DbResult<()> {
    let (now, id) = (cx.now(), session.id);
    Sessions::delete_expired(cx, user).await?;
    Sessions::insert(cx, user, session).await?;
    users::note_login(cx, user, now).await?;
    cx.record(&UserLoggedIn { user, session: id });
    Ok(())
}
