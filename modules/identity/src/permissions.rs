//! What one may be allowed to do with a tenant's members and API keys.

stoa_core::permissions! {
    /// See who is a member, and with which role.
    pub MembersRead = "members.read";
    /// Change roles and remove members.
    pub MembersWrite = "members.write";
    /// See which API keys there are, and what each may do.
    pub ApiKeysRead = "api_keys.read";
    /// Make API keys and revoke them.
    pub ApiKeysWrite = "api_keys.write";
}
