//! Creates a website.

use stoa_db::Cx;

use crate::{NewSite, Site, SitesError, events::SiteCreated, store};

/// A website that is there already stays as it is, so that a creation which was cut short can be repeated.
pub async fn create_site(cx: &mut Cx, new: NewSite) -> Result<Site, SitesError> {
    let site = new.into_site(cx.now());
    if !store::insert_site(cx, &site).await? {
        return store::site(cx, site.id).await?.ok_or(SitesError::NotFound);
    }
    cx.record(&SiteCreated {
        site: site.id,
        kind: site.kind.as_str(),
    });
    Ok(site)
}
