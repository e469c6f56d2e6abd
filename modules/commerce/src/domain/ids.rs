//! Ids of the things that this module keeps.

use stoa_core::typed_id;

typed_id!(/** A product. */ pub ProductId, "prd");
typed_id!(/** A variant of a product: what is priced, stocked and sold. */ pub VariantId, "var");
typed_id!(/** A picture of a product. */ pub(crate) ImageId, "img");
typed_id!(/** A shopper's cart. */ pub(crate) CartId, "crt");
typed_id!(/** An order. */ pub OrderId, "ord");
