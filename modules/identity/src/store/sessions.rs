//! Reads and writes sessions: by the token's hash, which finds the user, or by user.

use stoa_core::{MembershipId, SessionId, TenantId, Timestamp, UserId};
use stoa_db::{DbResult, FromRow, PlatformCx, Row, Stretch, control_sql, parsed};

use crate::domain::session::{LIFETIME, ListedSession, Session, SessionKind};

/// SHA-256 of a session's token.
pub(crate) type TokenHash = [u8; 32];

/// A session to be written.
#[derive(Debug)]
pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) token_hash: TokenHash,
    pub(crate) kind: SessionKind,
    pub(crate) membership: Option<MembershipId>,
    pub(crate) user_agent: Option<String>,
}

/// The table `sessions`; its rows belong to one user each.
pub(crate) struct Sessions;

impl Sessions {
    /// The session of a token, if its user is still active.
    pub(crate) async fn by_token(cx: &mut PlatformCx, hash: TokenHash) -> DbResult<Option<Session>> {
        cx.sql(control_sql!(
            "SELECT s.id, s.user_id, s.membership_id, m.tenant_id, s.last_seen_at, s.expires_at
             FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN memberships m ON m.id = s.membership_id
             WHERE s.token_hash = $1 AND u.active"
        ))
        .bind(hash)
        .optional()
        .await
    }

    pub(crate) async fn insert(cx: &mut PlatformCx, user: UserId, session: NewSession) -> DbResult<()> {
        let now = cx.now();
        cx.sql(control_sql!(
            "INSERT INTO sessions
                 (id, token_hash, user_id, membership_id, kind, renewals, user_agent, created_at, last_seen_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $7, $8)"
        ))
        .bind(session.id)
        .bind(session.token_hash)
        .bind(user)
        .bind(session.membership)
        .bind(session.kind.as_str())
        .bind(session.user_agent)
        .bind(now)
        .bind(now.plus(LIFETIME))
        .execute()
        .await?;
        Ok(())
    }

    /// The user's live sessions, newest first.
    pub(crate) async fn of_user(
        cx: &mut PlatformCx,
        user: UserId,
        kind: Option<SessionKind>,
        stretch: &Stretch<(Timestamp, SessionId)>,
    ) -> DbResult<Vec<ListedSession>> {
        let now = cx.now();
        cx.sql(control_sql!(
            "SELECT id, kind, user_agent, created_at, last_seen_at, expires_at FROM sessions
             WHERE user_id = $1 AND expires_at > $2{ AND kind = $3}{
                 AND {$4: (created_at, id) < ($5, $6) | (created_at, id) > ($5, $6)}}
             ORDER BY {$4: created_at DESC, id DESC | created_at, id} LIMIT $7"
        ))
        .bind(user)
        .bind(now)
        .bind_if(kind.map(SessionKind::as_str))
        .choose(stretch.order)
        .bind_if(stretch.after.map(|(at, _)| at))
        .bind_if(stretch.after.map(|(_, id)| id))
        .bind(stretch.limit)
        .all()
        .await
    }

    /// Gives the session a new id and token and the membership it now works in; yields the old token's hash.
    pub(crate) async fn renew(
        cx: &mut PlatformCx,
        user: UserId,
        old: SessionId,
        renewed: &NewSession,
    ) -> DbResult<Option<TokenHash>> {
        let previous: Option<(TokenHash,)> = cx
            .sql(control_sql!(
                "SELECT token_hash FROM sessions WHERE id = $1 AND user_id = $2 AND kind = 'browser' FOR UPDATE"
            ))
            .bind(old)
            .bind(user)
            .optional()
            .await?;
        cx.sql(control_sql!(
            "UPDATE sessions SET id = $1, token_hash = $2, membership_id = $3 WHERE id = $4 AND user_id = $5"
        ))
        .bind(renewed.id)
        .bind(renewed.token_hash)
        .bind(renewed.membership)
        .bind(old)
        .bind(user)
        .execute()
        .await?;
        Ok(previous.map(|(hash,)| hash))
    }

    pub(crate) async fn note_use(cx: &mut PlatformCx, user: UserId, id: SessionId) -> DbResult<()> {
        let now = cx.now();
        cx.sql(control_sql!(
            "UPDATE sessions SET last_seen_at = $1 WHERE id = $2 AND user_id = $3"
        ))
        .bind(now)
        .bind(id)
        .bind(user)
        .execute()
        .await?;
        Ok(())
    }

    /// Ends a session; yields its token's hash.
    pub(crate) async fn delete(
        cx: &mut PlatformCx,
        user: UserId,
        id: SessionId,
    ) -> DbResult<Option<TokenHash>> {
        let ended: Option<(TokenHash,)> = cx
            .sql(control_sql!(
                "DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING token_hash"
            ))
            .bind(id)
            .bind(user)
            .optional()
            .await?;
        Ok(ended.map(|(hash,)| hash))
    }

    /// Counts a renewal of the session's refresh token, if this is the one that comes next.
    pub(crate) async fn count_renewal(cx: &mut PlatformCx, hash: TokenHash, renewals: i64) -> DbResult<bool> {
        let now = cx.now();
        let counted = cx
            .sql(control_sql!(
                "UPDATE sessions SET renewals = renewals + 1, last_seen_at = $3
             WHERE token_hash = $1 AND renewals = $2"
            ))
            .bind(hash)
            .bind(renewals)
            .bind(now)
            .execute()
            .await?;
        Ok(counted == 1)
    }

    /// Ends the sessions of one kind, or all, that work in a membership; yields their tokens' hashes.
    pub(crate) async fn delete_of_membership(
        cx: &mut PlatformCx,
        user: UserId,
        membership: MembershipId,
        kind: Option<SessionKind>,
    ) -> DbResult<Vec<TokenHash>> {
        let ended: Vec<(TokenHash,)> = cx
            .sql(control_sql!(
                "DELETE FROM sessions WHERE user_id = $1 AND membership_id = $2{ AND kind = $3} RETURNING token_hash"
            ))
            .bind(user)
            .bind(membership)
            .bind_if(kind.map(SessionKind::as_str))
            .all()
            .await?;
        Ok(ended.into_iter().map(|(hash,)| hash).collect())
    }

    /// Ends all of a user's sessions; yields their tokens' hashes.
    pub(crate) async fn delete_of_user(cx: &mut PlatformCx, user: UserId) -> DbResult<Vec<TokenHash>> {
        let ended: Vec<(TokenHash,)> = cx
            .sql(control_sql!(
                "DELETE FROM sessions WHERE user_id = $1 RETURNING token_hash"
            ))
            .bind(user)
            .all()
            .await?;
        Ok(ended.into_iter().map(|(hash,)| hash).collect())
    }

    pub(crate) async fn delete_expired(cx: &mut PlatformCx, user: UserId) -> DbResult<()> {
        let now = cx.now();
        cx.sql(control_sql!(
            "DELETE FROM sessions WHERE user_id = $1 AND expires_at <= $2"
        ))
        .bind(user)
        .bind(now)
        .execute()
        .await?;
        Ok(())
    }

    /// Deletes everybody's sessions that have ended; says how many.
    pub(crate) async fn delete_all_expired(cx: &mut PlatformCx) -> DbResult<u64> {
        let now = cx.now();
        cx.sql(control_sql!("DELETE FROM sessions WHERE expires_at <= $1"))
            .bind(now)
            .execute()
            .await
    }

    /// Moves the user's sessions from one membership to another, or to none; yields their tokens' hashes.
    pub(crate) async fn reelect(
        cx: &mut PlatformCx,
        user: UserId,
        from: MembershipId,
        to: Option<MembershipId>,
    ) -> DbResult<Vec<TokenHash>> {
        let moved: Vec<(TokenHash,)> = cx
            .sql(control_sql!(
                "UPDATE sessions SET membership_id = $1 WHERE user_id = $2 AND membership_id = $3
                 RETURNING token_hash"
            ))
            .bind(to)
            .bind(user)
            .bind(from)
            .all()
            .await?;
        Ok(moved.into_iter().map(|(hash,)| hash).collect())
    }
}

impl FromRow for Session {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        let (id, user) = (row.next()?, row.next()?);
        let membership: Option<MembershipId> = row.next()?;
        let tenant: Option<TenantId> = row.next()?;
        Ok(Self {
            id,
            user,
            elected: membership.zip(tenant),
            last_seen_at: row.next()?,
            expires_at: row.next()?,
        })
    }
}

fn kind(row: &mut Row<'_>) -> DbResult<SessionKind> {
    parsed(row.next::<String>()?.parse())
}

impl FromRow for ListedSession {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            kind: kind(row)?,
            user_agent: row.next()?,
            created_at: row.next()?,
            last_seen_at: row.next()?,
            expires_at: row.next()?,
        })
    }
}
