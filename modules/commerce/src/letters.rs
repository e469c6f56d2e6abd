//! Letters about orders: to whoever ordered, and to the shop.
//!
//! Nobody has proven that either address is theirs, and the letters come from the platform's. So of what visitors and
//! businesses write, nothing is repeated that would be a link, and to the visitor nothing of theirs but the name.

use stoa_mail::{Body, Letter, Recipient, Subject, names_a_site};
use stoa_sites::in_words;

use crate::domain::order::{Delivery, Order, OrderLine, PaymentMethod};

/// What the shopper is told, if they gave an address. `page` is the order's own page.
pub(crate) fn confirmation(order: &Order, shop: &str, page: String) -> Option<Letter> {
    let contact = &order.delivery.contact;
    let (number, payment) = (order.number.get(), payment(&order.delivery));
    let thanks = match plain(contact.name.as_str()) {
        Some(name) => format!("Thank you, {name}."),
        None => "Thank you.".to_owned(),
    };
    let (subject, begin) = match plain(shop) {
        Some(shop) => (format!("Your order {number} at {shop}"), format!("{shop} has")),
        None => (format!("Your order {number}"), "We have".to_owned()),
    };
    let body = Body::new()
        .words(thanks)
        .words(format!("{begin} your order {number}. You pay {payment}."))
        .table(rows(order))
        .link("See how far it is", page)
        .words("Keep this link to yourself: whoever has it sees the order.");
    Some(Letter {
        to: Recipient::Address(contact.email.clone()?),
        subject: Subject::new(&subject),
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
            or_left_out(delivery.contact.name.as_str()),
            in_words(order.totals.total),
            payment(delivery)
        ))
        .table(rows(order))
        .words(destination(delivery));
    if let Some(note) = &delivery.note {
        body = body.words(format!("Note: {}", or_left_out(note.as_str())));
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
    let what = format!("{}{variant}", line.title);
    format!(
        "{} × {}",
        line.quantity.get(),
        plain(&what).unwrap_or("a product")
    )
}

fn plain(text: &str) -> Option<&str> {
    (!names_a_site(text)).then_some(text)
}

fn or_left_out(text: &str) -> &str {
    plain(text).unwrap_or("(left out, since it names a site or a mailbox; the order shows it)")
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
    .map(|line| or_left_out(&line).to_owned())
    .collect::<Vec<_>>()
    .join("\n")
}
