//! A business on the platform.

use stoa_core::{Currency, Email, FeatureSet, SiteId, Slug, TenantId, Text, Timestamp, UserId};
use stoa_db::Placing;
use stoa_identity::NewUser;
use stoa_sites::NewSite;

use crate::{Locale, Status, TenantKind, TenantSlug, ZoneName, domain::kind::features_of};

pub type TenantName = Text<120>;
/// Why the operator does something to a business; its people read it.
pub type Reason = Text<200>;

#[derive(Debug, Clone)]
pub struct Tenant {
    pub id: TenantId,
    pub slug: Slug,
    pub name: TenantName,
    /// Where the business can be reached by the operator.
    pub email: Email,
    pub is_admin: bool,
    pub status: Status,
    pub kind: TenantKind,
    /// Fixed once the tenant is created: amounts are stored in it.
    pub currency: Currency,
    pub locale: Locale,
    pub time_zone: ZoneName,
    pub features: FeatureSet,
    /// The website that the tenant's own subdomain shows.
    pub primary_site: Option<SiteId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// A business to be created, but for its owner.
#[derive(Debug)]
pub struct NewBusiness {
    pub slug: TenantSlug,
    pub name: TenantName,
    pub kind: TenantKind,
    pub currency: Currency,
    pub locale: Locale,
    pub time_zone: ZoneName,
}

/// A business to be created.
#[derive(Debug)]
pub struct NewTenant {
    pub business: NewBusiness,
    pub placing: Placing,
    pub owner: NewOwner,
}

/// Who owns a new business.
#[derive(Debug)]
pub enum NewOwner {
    Existing(UserId, Email),
    New(NewUser),
}

/// What of a business its people may change.
#[derive(Debug)]
pub(crate) struct ProfileChange {
    pub(crate) name: Option<TenantName>,
    pub(crate) email: Option<Email>,
    pub(crate) locale: Option<Locale>,
    pub(crate) time_zone: Option<ZoneName>,
    /// The version that was read before the change.
    pub(crate) version: i64,
}

impl Tenant {
    /// A tenant whose store is not made yet.
    pub(crate) fn provisioning(
        id: TenantId,
        new: NewBusiness,
        email: Email,
        site: SiteId,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            slug: new.slug.into_slug(),
            name: new.name,
            email,
            is_admin: false,
            status: Status::Provisioning,
            kind: new.kind,
            currency: new.currency,
            locale: new.locale,
            time_zone: new.time_zone,
            features: features_of(new.kind),
            primary_site: Some(site),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The website it starts with.
    pub(crate) fn first_site(&self, id: SiteId) -> NewSite {
        NewSite {
            id,
            name: self.name.clone(),
            kind: self.kind,
            locale: self.locale.for_site(),
            time_zone: self.time_zone.for_site(),
            tagline: None,
        }
    }

    pub(crate) fn apply(&mut self, change: ProfileChange) {
        if let Some(name) = change.name {
            self.name = name;
        }
        if let Some(email) = change.email {
            self.email = email;
        }
        if let Some(locale) = change.locale {
            self.locale = locale;
        }
        if let Some(time_zone) = change.time_zone {
            self.time_zone = time_zone;
        }
    }
}

impl ProfileChange {
    /// The names of the fields it sets.
    pub(crate) fn fields(&self) -> Vec<&'static str> {
        [
            ("name", self.name.is_some()),
            ("email", self.email.is_some()),
            ("locale", self.locale.is_some()),
            ("time_zone", self.time_zone.is_some()),
        ]
        .into_iter()
        .filter_map(|(field, is_set)| is_set.then_some(field))
        .collect()
    }
}
