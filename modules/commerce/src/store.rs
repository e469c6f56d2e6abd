//! SQL and nothing else.

mod carts;
mod columns;
mod lists;
mod orders;
mod product_rows;
mod products;
mod stock;
mod variants;

pub(crate) use carts::{
    TakenLine, cart, delete_carts, delete_line, find_cart, insert_cart, insert_line, line_quantities,
    lock_cart, queue_lock, take_lines, update_line,
};
pub(crate) use lists::{ProductFilter, cards, count_products, find_variant_product};
pub(crate) use orders::{
    OrderFilter, OrderSummary, cancel_order, next_order_number, order, order_of_cart, order_of_token, orders,
    queue_order,
};
pub(crate) use product_rows::{ProductKey, product};
pub(crate) use products::{
    Change, delete_product, insert_product, replace_pictures, replace_product, replace_tags, update_product,
};
pub(crate) use stock::{adjust_stock, give_stock_back, items, supply_of, take_stock};
pub(crate) use variants::{skus_elsewhere, update_variant};
