//! Reads and writes websites.

use stoa_core::{SiteId, Timestamp};
use stoa_db::{Cx, DbResult, FromRow, Row, Stretch, sql};

use crate::{Site, SiteKind};

/// Writes a website unless it is there; says whether it was written.
pub(crate) async fn insert_site(cx: &mut Cx, site: &Site) -> DbResult<bool> {
    let inserted = cx
        .sql(sql!(
            "INSERT INTO sites (id, name, kind, theme, locale, time_zone, tagline, created_at, updated_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
        ))
        .bind(site.id)
        .bind(&site.name)
        .bind(site.kind.as_str())
        .bind(&site.theme)
        .bind(&site.locale)
        .bind(&site.time_zone)
        .bind(site.tagline.as_ref())
        .bind(site.created_at)
        .bind(site.updated_at)
        .bind(site.version)
        .execute()
        .await?;
    Ok(inserted > 0)
}

pub(crate) async fn site(cx: &mut Cx, id: SiteId) -> DbResult<Option<Site>> {
    cx.sql(sql!(
        "SELECT id, name, kind, theme, locale, time_zone, tagline, created_at, updated_at, version
         FROM sites WHERE id = $1"
    ))
    .bind(id)
    .optional()
    .await
}

/// The websites, oldest first; or, in the other order, newest first.
pub(crate) async fn sites(
    cx: &mut Cx,
    kind: Option<SiteKind>,
    stretch: &Stretch<(Timestamp, SiteId)>,
) -> DbResult<Vec<Site>> {
    cx.sql(sql!(
        "SELECT id, name, kind, theme, locale, time_zone, tagline, created_at, updated_at, version
         FROM sites
         WHERE 1 = 1{ AND kind = $1}{ AND {$2: (created_at, id) > ($3, $4) | (created_at, id) < ($3, $4)}}
         ORDER BY {$2: created_at, id | created_at DESC, id DESC} LIMIT $5"
    ))
    .bind_if(kind.map(SiteKind::as_str))
    .choose(stretch.order)
    .bind_if(stretch.after.map(|(at, _)| at))
    .bind_if(stretch.after.map(|(_, id)| id))
    .bind(stretch.limit)
    .all()
    .await
}

/// Writes what may change, if nobody did meanwhile.
pub(crate) async fn update_site(cx: &mut Cx, site: &Site, version: i64) -> DbResult<bool> {
    let updated = cx
        .sql(sql!(
            "UPDATE sites SET name = $1, tagline = $2, locale = $3, time_zone = $4, updated_at = $5, version = $6
             WHERE id = $7 AND version = $8"
        ))
        .bind(&site.name)
        .bind(site.tagline.as_ref())
        .bind(&site.locale)
        .bind(&site.time_zone)
        .bind(site.updated_at)
        .bind(site.version)
        .bind(site.id)
        .bind(version)
        .execute()
        .await?;
    Ok(updated > 0)
}

impl FromRow for Site {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            name: row.next()?,
            kind: row.next()?,
            theme: row.next()?,
            locale: row.next()?,
            time_zone: row.next()?,
            tagline: row.next()?,
            created_at: row.next()?,
            updated_at: row.next()?,
            version: row.next()?,
        })
    }
}
