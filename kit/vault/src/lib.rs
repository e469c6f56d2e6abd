//! The master key, keys derived from it by purpose, and envelope encryption with a key per tenant.
#![doc = include_str!("../README.md")]

mod aead;
mod master_key;
mod secret;
mod tenant_key;
mod vault;

pub use aead::SealError;
pub use master_key::{MasterKey, MasterKeyError};
pub use tenant_key::{Place, TenantKey};
pub use vault::{DerivedKey, Purpose, Vault};
