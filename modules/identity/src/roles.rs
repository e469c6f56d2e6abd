//! What each built-in role may do, by a rule on the permissions that the modules declare.

use stoa_core::Role;
use stoa_http::PermissionSet;

/// The permissions of each role. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RolePermissions {
    all: PermissionSet,
    staff: PermissionSet,
}

/// What staff may see of a business, but for its people and its audit log.
const NOT_FOR_STAFF: [&str; 3] = ["members.read", "api_keys.read", "journal.read"];

/// What staff may change.
const STAFF_WRITES: [&str; 1] = ["orders.write"];

impl RolePermissions {
    /// `all` is every permission that any module declares.
    #[must_use]
    pub fn new(all: &[&'static str]) -> Self {
        let staff: Vec<_> = all.iter().copied().filter(|key| staff_may(key)).collect();
        Self {
            all: PermissionSet::new(all),
            staff: PermissionSet::new(staff),
        }
    }

    /// The permissions of these names, as far as there are such.
    pub(crate) fn named(&self, names: &[String]) -> PermissionSet {
        let named: Vec<_> = self
            .all
            .iter()
            .filter(|key| names.iter().any(|name| name == key))
            .collect();
        PermissionSet::new(named)
    }

    /// An admin may do what an owner may; what sets owners apart is that only they reach owners
    /// (see [`judge`](crate::domain::membership::judge)).
    pub(crate) fn of(&self, role: Role) -> &PermissionSet {
        match role {
            Role::Owner | Role::Admin => &self.all,
            Role::Staff => &self.staff,
        }
    }
}

fn staff_may(key: &str) -> bool {
    (key.ends_with(".read") && !NOT_FOR_STAFF.contains(&key)) || STAFF_WRITES.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 8] = [
        "products.read",
        "products.write",
        "orders.read",
        "orders.write",
        "sites.read",
        "members.read",
        "members.write",
        "journal.read",
    ];

    #[track_caller]
    fn check(role: Role, expected: &[&str]) {
        let permissions = RolePermissions::new(&ALL);
        assert_eq!(
            permissions.of(role).iter().collect::<Vec<_>>(),
            expected,
            "{role}"
        );
    }

    #[test]
    fn roles_have_their_permissions() {
        check(Role::Owner, &ALL);
        check(Role::Admin, &ALL);
        check(
            Role::Staff,
            &["products.read", "orders.read", "orders.write", "sites.read"],
        );
    }
}
