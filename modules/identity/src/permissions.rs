//! What one may be allowed to do with a tenant's members.

stoa_core::permissions! {
    /// See who is a member, and with which role.
    pub MembersRead = "members.read";
    /// Change roles and remove members.
    pub MembersWrite = "members.write";
}
