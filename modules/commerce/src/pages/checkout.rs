//! `/checkout`: a form, and the order that it makes.

use std::collections::BTreeMap;

use axum::{
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use stoa_core::{Failure, FieldError, Money, Token};
use stoa_db::Cx;
use stoa_http::{ApiError, Form, Visitor};
use stoa_sites::{Page, PageMeta, render};

use super::{cart, cart_cookie, cart_lines::for_shopper, views::CartPage};
use crate::{
    domain::{order::Delivery, shipping::shipping},
    error::CommerceError,
    http::cart_bodies::{DeliveryFields, Naming},
    service::{self, Checkout, ShopFront},
};

/// What a shopper typed. Shown again as it is when something is wrong.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct CheckoutForm {
    name: String,
    phone: String,
    email: String,
    line1: String,
    line2: String,
    city: String,
    region: String,
    postcode: String,
    country: String,
    note: String,
    payment_method: String,
    /// Minor units, as the form showed it.
    total: Option<i64>,
}

#[derive(Serialize)]
struct CheckoutData<'p> {
    cart: CartPage,
    shipping: Money,
    total: Money,
    form: &'p CheckoutForm,
    errors: BTreeMap<String, String>,
    error: Option<&'p str>,
}

/// Why the form is shown again.
struct Refusal {
    status: StatusCode,
    /// About the whole.
    words: Option<String>,
    fields: Vec<FieldError>,
}

pub(crate) async fn show(visitor: Visitor, headers: HeaderMap) -> Result<Page, ApiError> {
    let token = cart_cookie::read(&headers);
    let refusal = Refusal {
        status: StatusCode::OK,
        words: None,
        fields: Vec::new(),
    };
    render_checkout(
        &mut visitor.read().await?,
        &visitor,
        token.as_ref(),
        &CheckoutForm::default(),
        refusal,
    )
    .await
}

pub(crate) async fn submit(
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<CheckoutForm>,
) -> Result<Response, ApiError> {
    let cart = cart_cookie::read(&headers);
    let delivery = form.fields().parse(Naming::Flat).map_err(CommerceError::Invalid);
    let refusal = match (delivery, &cart) {
        (Ok(delivery), Some(cart)) => match order(&visitor, cart.clone(), delivery, form.total).await {
            Ok(token) => return Ok(cart_cookie::see_other(&format!("/orders/{}", token.as_str()))),
            Err(refusal) => refusal,
        },
        (Ok(_), None) => CommerceError::CartEmpty,
        (Err(refusal), _) => refusal,
    };
    let refusal = Refusal::of(refusal)?;
    let mut cx = visitor.read().await?;
    Ok(render_checkout(&mut cx, &visitor, cart.as_ref(), &form, refusal)
        .await?
        .into_response())
}

/// Orders the cart; the token leads to the order's page. A cart that was ordered before leads to the same.
async fn order(
    visitor: &Visitor,
    cart: Token,
    delivery: Delivery,
    expected_total: Option<i64>,
) -> Result<Token, CommerceError> {
    let mut cx = visitor.begin().await?;
    let command = Checkout {
        cart,
        site: visitor.site,
        shop: ShopFront {
            name: visitor.tenant.name.clone(),
            url: visitor.url(),
        },
        currency: visitor.tenant.currency,
        delivery,
        expected_total: expected_total.map(|amount| Money {
            amount,
            currency: visitor.tenant.currency,
        }),
    };
    let done = service::checkout(&mut cx, command).await?;
    cx.commit().await?;
    Ok(done.token)
}

async fn render_checkout(
    cx: &mut Cx,
    visitor: &Visitor,
    token: Option<&Token>,
    form: &CheckoutForm,
    refusal: Refusal,
) -> Result<Page, ApiError> {
    let cart = cart::load(cx, visitor, token).await?;
    let shipping = shipping(cart.subtotal);
    let total = cart
        .subtotal
        .checked_add(shipping)
        .ok_or(CommerceError::AmountOutOfRange)?;
    let errors = refusal
        .fields
        .into_iter()
        .map(|error| (error.field, error.detail))
        .collect();
    let error = refusal.words.as_deref();
    let meta = PageMeta {
        template: "checkout.html",
        path: "/checkout".into(),
        title: Some("Checkout".into()),
        description: None,
    };
    let data = CheckoutData {
        cart,
        shipping,
        total,
        form,
        errors,
        error,
    };
    Ok(render(cx, visitor, meta, data).await?.with_status(refusal.status))
}

impl Refusal {
    /// A refusal that the shopper can do something about.
    fn of(refusal: CommerceError) -> Result<Self, CommerceError> {
        match refusal {
            CommerceError::Invalid(errors) => {
                let fields = errors.fields().to_vec();
                Ok(Self {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    words: None,
                    fields,
                })
            }
            CommerceError::CartNotFound => Self::of(CommerceError::CartEmpty),
            other => {
                let (status, words) = for_shopper(other)?;
                Ok(Self {
                    status,
                    words: Some(words),
                    fields: Vec::new(),
                })
            }
        }
    }
}

impl CheckoutForm {
    fn fields(&self) -> DeliveryFields<'_> {
        DeliveryFields {
            name: &self.name,
            phone: &self.phone,
            email: &self.email,
            line1: &self.line1,
            line2: &self.line2,
            city: &self.city,
            region: &self.region,
            postcode: &self.postcode,
            country: &self.country,
            note: &self.note,
            payment_method: &self.payment_method,
        }
    }
}
