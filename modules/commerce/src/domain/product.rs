//! Products: what is said of them, and what makes a whole one.

use std::collections::HashSet;

use stoa_core::{Slug, Text, TextError, Timestamp};

use crate::domain::{
    card::PriceSpan,
    html::Html,
    ids::ProductId,
    one_of,
    picture::Picture,
    refuse,
    variant::{Choice, Offer, OptionName, Variant, check_choices},
};

pub(crate) type Title = Text<200>;
/// A vendor or a product type.
pub(crate) type Label = Text<120>;
pub(crate) type Tag = Text<100>;

pub(crate) const MAX_TAGS: usize = 250;
pub(crate) const MAX_PICTURES: usize = 250;

/// Whether shoppers see a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProductStatus {
    Draft,
    Active,
    Archived,
}

impl ProductStatus {
    const ALL: [Self; 3] = [Self::Draft, Self::Active, Self::Archived];

    pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
        one_of("status.unknown", &Self::ALL, Self::as_str, text)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

/// What is said of a product, variants and pictures apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) title: Title,
    pub(crate) description: Html,
    pub(crate) vendor: Option<Label>,
    pub(crate) product_type: Option<Label>,
    pub(crate) status: ProductStatus,
    pub(crate) tags: Vec<Tag>,
}

/// A product as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) id: ProductId,
    pub(crate) slug: Slug,
    pub(crate) about: About,
    pub(crate) options: Vec<OptionName>,
    pub(crate) pictures: Vec<Picture>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: i64,
}

/// A product that somebody wants to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) slug: Slug,
    pub(crate) about: About,
    pub(crate) options: Vec<OptionName>,
    pub(crate) pictures: Vec<Picture>,
    pub(crate) variants: Vec<DraftVariant>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DraftVariant {
    pub(crate) choices: Vec<Choice>,
    pub(crate) offer: Offer,
}

/// A draft whose parts fit together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SoundDraft(Draft);

/// What is wrong with a draft, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Objection {
    pub(crate) place: Place,
    pub(crate) reason: TextError,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Tags,
    Options,
    Pictures,
    /// By its position.
    Variant(usize),
}

impl Draft {
    /// The draft, or all that is wrong with it.
    pub(crate) fn check(self) -> Result<SoundDraft, Vec<Objection>> {
        let mut objections = Vec::new();
        let mut object = |place, reason: Result<(), TextError>| {
            objections.extend(reason.err().map(|reason| Objection { place, reason }));
        };
        object(Place::Tags, check_tags(&self.about.tags));
        object(
            Place::Pictures,
            check_pictures(&self.pictures, self.variants.len()),
        );
        let choices = self
            .variants
            .iter()
            .map(|variant| variant.choices.as_slice())
            .collect::<Vec<_>>();
        if let Err(misfit) = check_choices(&self.options, &choices) {
            object(
                misfit.variant.map_or(Place::Options, Place::Variant),
                Err(misfit.reason),
            );
        }
        for (position, variant) in self.variants.iter().enumerate() {
            object(Place::Variant(position), variant.offer.check());
        }
        if objections.is_empty() {
            Ok(SoundDraft(self))
        } else {
            Err(objections)
        }
    }
}

impl SoundDraft {
    pub(crate) fn draft(&self) -> &Draft {
        &self.0
    }
}

impl Product {
    /// A new product in its first version.
    pub(crate) fn new(draft: SoundDraft, now: Timestamp) -> Self {
        let Draft {
            slug,
            about,
            options,
            pictures,
            variants,
        } = draft.0;
        let variants = variants
            .into_iter()
            .map(|variant| Variant::new(variant.choices, variant.offer, now));
        Self {
            id: ProductId::new(now),
            slug,
            about,
            options,
            pictures,
            variants: variants.collect(),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// This product as the draft wants it. A variant that makes the same choices as before is still the same one.
    pub(crate) fn becoming(&self, draft: SoundDraft, now: Timestamp) -> Self {
        let mut after = Self::new(draft, now);
        after.id = self.id;
        after.created_at = self.created_at;
        after.version = self.version + 1;
        for variant in &mut after.variants {
            if let Some(known) = self
                .variants
                .iter()
                .find(|known| known.choices == variant.choices)
            {
                variant.id = known.id;
                variant.version = known.version + 1;
            }
        }
        after
    }

    /// What the variants come to; none where there are none.
    pub(crate) fn span(&self) -> Option<PriceSpan> {
        let spans = self
            .variants
            .iter()
            .map(|Variant { offer, .. }| PriceSpan::of(offer.price, offer.compare_at, offer.supply));
        spans.reduce(PriceSpan::and)
    }

    /// Each option with the values that variants choose, in their order.
    pub(crate) fn option_values(&self) -> Vec<(String, Vec<String>)> {
        let mut options = Vec::new();
        for (index, name) in self.options.iter().enumerate() {
            let mut values: Vec<String> = Vec::new();
            for choice in self
                .variants
                .iter()
                .filter_map(|variant| variant.choices.get(index))
            {
                if values.iter().all(|known| known != choice.as_str()) {
                    values.push(choice.as_str().to_owned());
                }
            }
            options.push((name.as_str().to_owned(), values));
        }
        options
    }

    /// What a draft of this product as it is would say.
    pub(crate) fn to_draft(&self) -> Draft {
        let variants = self.variants.iter().map(|variant| DraftVariant {
            choices: variant.choices.clone(),
            offer: variant.offer.clone(),
        });
        Draft {
            slug: self.slug.clone(),
            about: self.about.clone(),
            options: self.options.clone(),
            pictures: self.pictures.clone(),
            variants: variants.collect(),
        }
    }
}

pub(crate) fn too_many_tags() -> TextError {
    TextError {
        code: "tags.too_many",
        detail: format!("a product has at most {MAX_TAGS} tags"),
    }
}

/// At most so many tags, none twice.
pub(crate) fn check_tags(tags: &[Tag]) -> Result<(), TextError> {
    if tags.len() > MAX_TAGS {
        return Err(too_many_tags());
    }
    if tags.iter().collect::<HashSet<_>>().len() < tags.len() {
        return refuse("tags.duplicate", "two tags are the same");
    }
    Ok(())
}

/// At most so many pictures, each of a variant that exists or of none.
pub(crate) fn check_pictures(pictures: &[Picture], variants: usize) -> Result<(), TextError> {
    if pictures.len() > MAX_PICTURES {
        return refuse(
            "images.too_many",
            format!("a product has at most {MAX_PICTURES} pictures"),
        );
    }
    if pictures
        .iter()
        .filter_map(|picture| picture.variant)
        .any(|position| position >= variants)
    {
        return refuse(
            "images.variant",
            "must be the position of a variant, counted from 0",
        );
    }
    Ok(())
}
