//! The tenants' keys, and which master key opens them.

use stoa_core::{FeatureSet, TenantId};
use stoa_db::{Db, DbError};
use stoa_testing::vault;
use stoa_vault::{MasterKey, Place, Vault};

use crate::{NOTES, on_both_engines};

const PLACE: Place<'_> = Place {
    table: "channels",
    row: b"1",
    version: 1,
};

on_both_engines! {
    async fn each_tenant_has_a_key_of_its_own_that_stays(platform: Platform) {
        let (one, other) = (platform.tenant().await.tenant(), platform.tenant().await.tenant());
        let key = platform.db.tenant_key(one).await.unwrap();
        let sealed = key.seal(PLACE, b"token of a courier");
        let others = platform.db.tenant_key(other).await.unwrap();
        assert!(others.open(PLACE, &sealed).is_err());

        platform.db.provision(one, &FeatureSet::default()).await.unwrap();
        let again = Db::open(&platform.stores, &[NOTES], platform.db.clock().clone(), vault()).await.unwrap();
        let key = again.tenant_key(one).await.unwrap();
        assert_eq!(key.open(PLACE, &sealed).as_deref(), Ok(b"token of a courier".as_slice()));

        let nobody = TenantId::new(again.clock().now());
        assert!(matches!(again.tenant_key(nobody).await, Err(DbError::Unavailable(_))));
    }

    async fn another_master_key_opens_nothing(platform: Platform) {
        let other = Vault::new(&MasterKey::generate());
        let opened = Db::open(&platform.stores, &[NOTES], platform.db.clock().clone(), other).await;
        assert!(matches!(opened, Err(DbError::OtherMasterKey)), "{opened:?}");
        let same = Db::open(&platform.stores, &[NOTES], platform.db.clock().clone(), vault()).await;
        assert!(same.is_ok(), "{same:?}");
    }
}
