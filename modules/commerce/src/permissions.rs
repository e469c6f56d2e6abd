//! What members of a business may be allowed to do here.

stoa_core::permissions! {
    /// Sees products, drafts included.
    pub ProductsRead = "products.read";
    /// Makes, changes and deletes products, and corrects their stock.
    pub ProductsWrite = "products.write";
    /// Sees orders and whom they go to.
    pub OrdersRead = "orders.read";
    /// Cancels orders.
    pub OrdersWrite = "orders.write";
}
