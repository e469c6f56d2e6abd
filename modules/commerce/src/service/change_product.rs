//! Changes what is said of a product.

use stoa_core::Slug;
use stoa_db::Cx;

use crate::{
    domain::{
        html::Html,
        ids::ProductId,
        picture::Picture,
        product::{Label, Product, ProductStatus, Tag, Title, check_pictures},
    },
    error::CommerceError,
    events::ProductChanged,
    store::{self, Change, ProductKey},
};

/// What is none stays as it is.
#[derive(Debug, Default)]
pub(crate) struct ChangeProduct {
    /// The version that the change was made to.
    pub(crate) version: i64,
    pub(crate) slug: Option<Slug>,
    pub(crate) title: Option<Title>,
    pub(crate) description: Option<Html>,
    pub(crate) vendor: Option<Option<Label>>,
    pub(crate) product_type: Option<Option<Label>>,
    pub(crate) status: Option<ProductStatus>,
    pub(crate) tags: Option<Vec<Tag>>,
    pub(crate) pictures: Option<Vec<Picture>>,
}

pub(crate) async fn change_product(
    cx: &mut Cx,
    id: ProductId,
    command: ChangeProduct,
) -> Result<Product, CommerceError> {
    let mut product = store::product(cx, &ProductKey::Id(id), None)
        .await?
        .ok_or(CommerceError::ProductNotFound)?;
    let (with_tags, with_pictures) = (command.tags.is_some(), command.pictures.is_some());
    let version = command.version;
    apply(&mut product, command);
    check_pictures(&product.pictures, product.variants.len())
        .map_err(|error| CommerceError::invalid("images", error))?;
    if store::update_product(cx, id, version, &product.slug, &product.about).await? == Change::Stale {
        return Err(CommerceError::StaleVersion);
    }
    if with_tags {
        store::replace_tags(cx, id, &product.about.tags).await?;
    }
    if with_pictures {
        store::replace_pictures(cx, id, &product.pictures, &product.variants).await?;
    }
    cx.record(&ProductChanged { product: id });
    product.version = version + 1;
    product.updated_at = cx.now();
    Ok(product)
}

fn apply(product: &mut Product, command: ChangeProduct) {
    let about = &mut product.about;
    set(&mut product.slug, command.slug);
    set(&mut about.title, command.title);
    set(&mut about.description, command.description);
    set(&mut about.vendor, command.vendor);
    set(&mut about.product_type, command.product_type);
    set(&mut about.status, command.status);
    set(&mut about.tags, command.tags);
    set(&mut product.pictures, command.pictures);
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
