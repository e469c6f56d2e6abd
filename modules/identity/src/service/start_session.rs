//! Starts a session: a fresh id and a fresh token, whatever the browser brought along.

use stoa_core::{MembershipId, SessionId, Token, UserId};
use stoa_db::{DbResult, PlatformCx};

use crate::{
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
    let now = cx.now();
    Sessions::delete_expired(cx, start.user).await?;
    let session = NewSession {
        id: started.id,
        token_hash: started.token.hash(),
        membership: start.elected,
        user_agent: start.user_agent,
    };
    Sessions::insert(cx, start.user, session).await?;
    users::note_login(cx, start.user, now).await?;
    cx.record(&UserLoggedIn {
        user: start.user,
        session: started.id,
    });
    Ok(started)
}
