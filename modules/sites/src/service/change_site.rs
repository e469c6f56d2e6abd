//! Changes what a website is called and how it speaks.

use stoa_core::SiteId;
use stoa_db::Cx;

use crate::{Site, SitesError, Tagline, domain::SiteChange, events::SiteChanged, store};

pub(crate) async fn change_site(cx: &mut Cx, id: SiteId, change: SiteChange) -> Result<Site, SitesError> {
    let mut site = store::site(cx, id).await?.ok_or(SitesError::NotFound)?;
    let version = change.version;
    if site.version != version {
        return Err(SitesError::Stale);
    }
    let fields = site.apply(change, cx.now());
    if fields.is_empty() {
        return Ok(site);
    }
    // Guarded by the version: of two that read the same, one is told.
    if !store::update_site(cx, &site, version).await? {
        return Err(SitesError::Stale);
    }
    cx.record(&SiteChanged { site: id, fields });
    Ok(site)
}

/// Gives a website its sentence, whatever it said before; for those who set a business up.
pub async fn set_tagline(cx: &mut Cx, id: SiteId, tagline: Tagline) -> Result<Site, SitesError> {
    let site = store::site(cx, id).await?.ok_or(SitesError::NotFound)?;
    let change = SiteChange {
        version: site.version,
        tagline: Some(Some(tagline)),
        ..SiteChange::default()
    };
    change_site(cx, id, change).await
}
