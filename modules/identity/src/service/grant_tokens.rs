//! Gives a program the tokens by which it acts for a person, and renews them.

use stoa_core::{Actor, Email, SessionId, TenantId, UserId};
use stoa_db::{Db, PlatformCx};
use stoa_http::Bound;
use stoa_vault::Vault;

use crate::{
    Identity, IdentityError, Password,
    domain::session::SessionKind,
    service::{end_session::end_session, log_in::verified, start_session::start},
    store::{
        memberships::Memberships,
        sessions::{NewSession, Sessions},
    },
    tokens::{Claims, RefreshToken, hidden_token},
};

#[derive(Debug)]
pub(crate) struct GrantTokens {
    pub(crate) email: Email,
    pub(crate) password: Password,
    /// The one tenant that the tokens are to reach.
    pub(crate) tenant: Option<TenantId>,
    pub(crate) user_agent: Option<String>,
}

/// A fresh pair of tokens.
pub(crate) struct Granted {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) session: SessionId,
    pub(crate) tenant: Option<TenantId>,
}

/// For a person who proves who they are by password.
pub(crate) async fn grant_tokens(
    identity: &Identity,
    db: &Db,
    command: GrantTokens,
) -> Result<Granted, IdentityError> {
    let verified = verified(identity, db, &command.email, command.password).await?;
    let user = verified.user;
    let mut cx = db.platform_begin(Actor::User(user)).await?;
    verified.hold(&mut cx).await?;
    let bound = bound(&mut cx, user, command.tenant).await?;
    let id = cx.new_id();
    let session = NewSession {
        id,
        token_hash: hidden_token(db.vault(), id).hash(),
        kind: SessionKind::Token,
        membership: bound.map(|bound| bound.membership),
        user_agent: command.user_agent,
    };
    start(&mut cx, user, session).await?;
    let refresh = RefreshToken {
        session: id,
        membership: bound.map(|bound| bound.membership),
        renewals: 0,
    };
    let granted = sign(&cx, db.vault(), user, bound, &refresh)?;
    cx.commit().await?;
    Ok(granted)
}

/// For whoever presents the refresh token that comes next. One that was spent already has two holders, of whom one stole
/// it: the session ends (RFC 9700, 4.14.2).
pub(crate) async fn renew_tokens(
    identity: &Identity,
    db: &Db,
    refresh: &str,
    tenant: Option<TenantId>,
) -> Result<Granted, IdentityError> {
    let presented = RefreshToken::read(db.vault(), refresh).ok_or(IdentityError::RefreshTokenInvalid)?;
    let hash = hidden_token(db.vault(), presented.session).hash();
    let mut cx = db.platform_begin(Actor::System).await?;
    let session = Sessions::by_token(&mut cx, hash)
        .await?
        .filter(|session| session.is_live(cx.now()))
        .filter(|session| session.elected.map(|(membership, _)| membership) == presented.membership)
        .ok_or(IdentityError::RefreshTokenInvalid)?;
    if !Sessions::count_renewal(&mut cx, hash, presented.renewals).await? {
        end_session(&mut cx, session.user, session.id).await?;
        cx.commit().await?;
        identity.forget_sessions([hash]);
        tracing::warn!(session = %session.id, "a spent refresh token was presented; its session is over");
        return Err(IdentityError::RefreshTokenInvalid);
    }
    let bound_to = session.elected.map(|(_, tenant)| tenant);
    if tenant.is_some() && tenant != bound_to {
        return Err(IdentityError::TenantNotFound);
    }
    let bound = bound(&mut cx, session.user, bound_to).await?;
    let next = RefreshToken {
        renewals: presented.renewals + 1,
        ..presented
    };
    let granted = sign(&cx, db.vault(), session.user, bound, &next)?;
    cx.commit().await?;
    Ok(granted)
}

/// The membership that the tokens are for, as it is now. Where the person is no member, there is no such tenant.
async fn bound(
    cx: &mut PlatformCx,
    user: UserId,
    tenant: Option<TenantId>,
) -> Result<Option<Bound>, IdentityError> {
    let Some(tenant) = tenant else {
        return Ok(None);
    };
    let membership = Memberships::of_user_in_tenant(cx, user, tenant)
        .await?
        .ok_or(IdentityError::TenantNotFound)?;
    Ok(Some(Bound {
        membership: membership.id,
        tenant,
        version: membership.version,
    }))
}

fn sign(
    cx: &PlatformCx,
    vault: &Vault,
    user: UserId,
    bound: Option<Bound>,
    refresh: &RefreshToken,
) -> Result<Granted, IdentityError> {
    Ok(Granted {
        access: Claims::new(user, refresh.session, bound, cx.now()).sign(vault)?,
        refresh: refresh.write(vault),
        session: refresh.session,
        tenant: bound.map(|bound| bound.tenant),
    })
}
