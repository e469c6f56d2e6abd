//! Letters about orders: to whoever ordered, and to the shop.

use stoa_mail::{Body, Letter, Recipient, Subject};
use stoa_sites::in_words;

use crate::domain::order::{Delivery, Order, OrderLine, PaymentMethod};

/// What the shopper is told, if they gave an address. `page` is the order's own page.
pub(crate) fn confirmation(order: &Order, shop: &str, page: String) -> Option<Letter> {
    let contact = &order.delivery.contact;
    let body = Body::new()
        .words(format!("Thank you, {}.", contact.name))
        .words(format!(
            "{shop} has your order {}. You pay {}.",
            order.number.get(),
            payment(&order.delivery)
        ))
        .table(rows(order))
        .link("See how far it is", page)
        .words("Keep this link to yourself: whoever has it sees the order.");
    Some(Letter {
        to: Recipient::Address(contact.email.clone()?),
        subject: Subject::new(&format!("Your order {} at {shop}", order.number.get())),
        body,
        reply_to: None,
    })
}

/// What the shop is told. Answers go to the shopper.
pub(crate) fn notice(order: &Order) -> Letter {
    let delivery = &order.delivery;
    let mut body = Body::new()
        .words(format!(
            "{} has ordered for {}, paid {}.",
            delivery.contact.name,
            in_words(order.totals.total),
            payment(delivery)
        ))
        .table(rows(order))
        .words(destination(delivery));
    if let Some(note) = &delivery.note {
        body = body.words(format!("Note: {note}"));
    }
    Letter {
        to: Recipient::Business,
        subject: Subject::new(&format!(
            "Order {} for {}",
            order.number.get(),
            in_words(order.totals.total)
        )),
        body,
        reply_to: delivery.contact.email.clone(),
    }
}

fn rows(order: &Order) -> Vec<(String, String)> {
    let mut rows: Vec<_> = order
        .lines
        .iter()
        .map(|line| (what(line), in_words(line.total)))
        .collect();
    rows.extend([
        ("Subtotal".to_owned(), in_words(order.totals.subtotal)),
        ("Delivery".to_owned(), in_words(order.totals.shipping)),
        ("Total".to_owned(), in_words(order.totals.total)),
    ]);
    rows
}

fn what(line: &OrderLine) -> String {
    let variant = line
        .variant_title
        .as_ref()
        .map(|title| format!(", {title}"))
        .unwrap_or_default();
    format!("{} × {}{variant}", line.quantity.get(), line.title)
}

fn payment(delivery: &Delivery) -> &'static str {
    match delivery.payment_method {
        PaymentMethod::CashOnDelivery => "on delivery",
    }
}

fn destination(delivery: &Delivery) -> String {
    let address = &delivery.address;
    let city = match &address.postcode {
        Some(postcode) => format!("{} {postcode}", address.city),
        None => address.city.to_string(),
    };
    [
        Some(delivery.contact.name.to_string()),
        Some(delivery.contact.phone.to_string()),
        Some(address.line1.to_string()),
        address.line2.as_ref().map(ToString::to_string),
        Some(city),
        address.region.as_ref().map(ToString::to_string),
        Some(address.country.to_string()),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join("\n")
}
