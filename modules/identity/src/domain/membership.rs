//! The link of a user to a tenant, and who may change whose role.

use stoa_core::{Email, MembershipId, Role, TenantId, Timestamp, UserId};

use crate::IdentityError;

/// A user's place in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantUser {
    pub id: MembershipId,
    pub tenant: TenantId,
    pub user: UserId,
    pub role: Role,
    /// The one a new session starts with.
    pub is_default: bool,
    pub version: i64,
    pub created_at: Timestamp,
}

/// A member as the tenant sees them.
#[derive(Debug, Clone)]
pub struct Member {
    pub id: MembershipId,
    pub user: UserId,
    pub role: Role,
    pub version: i64,
    pub created_at: Timestamp,
    pub email: Email,
    pub name: String,
}

/// What is to become of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Becomes(Role),
    Leaves,
}

/// Whether someone with role `by` may do that to a member, of `owners` owners in all.
pub(crate) fn judge(by: Role, member: Role, fate: Fate, owners: usize) -> Result<(), IdentityError> {
    // Nobody hands out, or takes from, more than they hold.
    let reaches = match fate {
        Fate::Becomes(role) => member.max(role),
        Fate::Leaves => member,
    };
    if reaches > by {
        return Err(IdentityError::BeyondOwnRole);
    }
    if member == Role::Owner && fate != Fate::Becomes(Role::Owner) && owners <= 1 {
        return Err(IdentityError::LastOwner);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use stoa_core::{
        Failure as _,
        Role::{Admin, Owner, Staff},
    };

    use super::{Fate::Becomes, Fate::Leaves, *};

    #[track_caller]
    fn check(by: Role, member: Role, fate: Fate, owners: usize, refused: Option<&str>) {
        let verdict = judge(by, member, fate, owners).err();
        assert_eq!(
            verdict.as_ref().map(|error| error.code()),
            refused,
            "{by:?} {member:?} {fate:?} {owners}"
        );
    }

    #[test]
    fn nobody_reaches_beyond_their_own_role() {
        let beyond = Some("identity.beyond_own_role");
        check(Owner, Staff, Becomes(Owner), 1, None);
        check(Owner, Owner, Becomes(Staff), 2, None);
        check(Admin, Staff, Becomes(Admin), 1, None);
        check(Admin, Admin, Leaves, 1, None);
        check(Admin, Staff, Becomes(Owner), 1, beyond);
        check(Admin, Owner, Becomes(Staff), 2, beyond);
        check(Admin, Owner, Leaves, 2, beyond);
        check(Staff, Staff, Becomes(Admin), 1, beyond);
        check(Staff, Staff, Leaves, 1, None);
    }

    #[test]
    fn the_last_owner_stays() {
        let last = Some("identity.last_owner");
        check(Owner, Owner, Becomes(Admin), 1, last);
        check(Owner, Owner, Leaves, 1, last);
        check(Owner, Owner, Becomes(Owner), 1, None);
        check(Owner, Owner, Leaves, 2, None);
        check(Owner, Admin, Leaves, 1, None);
    }
}
