//! What clients send to change a product, as it comes, and what it means once it is checked.

use serde::Deserialize;
use stoa_core::{FieldErrors, Slug, optional};
use stoa_http::{ApiError, Cores};
use utoipa::ToSchema;

use super::product_bodies::{ImageBody, list, parse_markup, pictures};
use crate::{
    domain::{
        html::Html,
        product::{MAX_TAGS, ProductStatus, Tag, Title, check_tags},
    },
    service::ChangeProduct,
};

/// What is to be different. A field that is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeProductBody {
    /// The version that was read before the change.
    #[schema(example = 3)]
    version: i64,
    #[schema(example = "linen-shirt")]
    slug: Option<String>,
    #[schema(example = "Linen shirt")]
    title: Option<String>,
    #[schema(example = "<p>Washed linen, made in Dhaka.</p>")]
    description_html: Option<String>,
    /// Null or blank removes it.
    #[serde(default, deserialize_with = "stoa_http::nullable")]
    #[schema(value_type = Option<String>, example = "Rongdhonu")]
    vendor: Option<Option<String>>,
    /// Null or blank removes it.
    #[serde(default, deserialize_with = "stoa_http::nullable")]
    #[schema(value_type = Option<String>, example = "Shirts")]
    product_type: Option<Option<String>>,
    #[schema(example = "active")]
    status: Option<String>,
    /// All of them.
    #[schema(example = json!(["men", "linen"]))]
    tags: Option<Vec<String>>,
    /// All of them.
    images: Option<Vec<ImageBody>>,
}

impl ChangeProductBody {
    pub(crate) async fn parse_on(self, cores: &Cores) -> Result<ChangeProduct, ApiError> {
        let markup = self.description_html.as_ref().map_or(0, String::len);
        parse_markup(cores, markup, move || self.parse()).await
    }

    fn parse(self) -> Result<ChangeProduct, FieldErrors> {
        let mut errors = FieldErrors::new();
        let label = |label: Option<String>| optional(label.as_deref().unwrap_or_default());
        let tags = self
            .tags
            .map(|tags| list(&mut errors, "tags", &tags, MAX_TAGS, Tag::parse));
        if let Some(tags) = &tags {
            errors.check("tags", check_tags(tags));
        }
        let command = ChangeProduct {
            version: self.version,
            slug: self
                .slug
                .and_then(|slug| errors.check("slug", Slug::parse(&slug))),
            title: self
                .title
                .and_then(|title| errors.check("title", Title::parse(&title))),
            description: self
                .description_html
                .and_then(|html| errors.check("description_html", Html::parse(&html))),
            vendor: self
                .vendor
                .and_then(|vendor| errors.check("vendor", label(vendor))),
            product_type: self
                .product_type
                .and_then(|kind| errors.check("product_type", label(kind))),
            status: self
                .status
                .and_then(|status| errors.check("status", ProductStatus::parse(&status))),
            tags,
            pictures: self.images.map(|images| pictures(&mut errors, images)),
        };
        errors.finish((Some(command),)).map(|(command,)| command)
    }
}
