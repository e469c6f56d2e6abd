CREATE TABLE products (
    id BLOB PRIMARY KEY,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    description_html TEXT NOT NULL,
    vendor TEXT,
    product_type TEXT,
    status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (slug)
) STRICT;

CREATE INDEX products_created_at_idx ON products (created_at, id);
CREATE INDEX products_status_idx ON products (status, created_at, id);

CREATE TABLE product_tags (
    product_id BLOB NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (product_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX product_tags_tag_idx ON product_tags (tag, product_id);

CREATE TABLE product_options (
    product_id BLOB NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (product_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE variants (
    id BLOB PRIMARY KEY,
    product_id BLOB NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    title TEXT NOT NULL,
    option1 TEXT,
    option2 TEXT,
    option3 TEXT,
    sku TEXT,
    barcode TEXT,
    price INTEGER NOT NULL CHECK (price >= 0),
    compare_at INTEGER CHECK (compare_at >= 0),
    currency TEXT NOT NULL,
    weight_grams INTEGER NOT NULL CHECK (weight_grams >= 0),
    stock INTEGER NOT NULL,
    tracked INTEGER NOT NULL CHECK (tracked IN (0, 1)),
    backorder INTEGER NOT NULL CHECK (backorder IN (0, 1)),
    requires_shipping INTEGER NOT NULL CHECK (requires_shipping IN (0, 1)),
    taxable INTEGER NOT NULL CHECK (taxable IN (0, 1)),
    version INTEGER NOT NULL,
    UNIQUE (sku),
    CHECK (stock >= 0 OR backorder OR NOT tracked)
) STRICT;

CREATE INDEX variants_product_id_idx ON variants (product_id, position);

CREATE TABLE product_images (
    id BLOB PRIMARY KEY,
    product_id BLOB NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    url TEXT NOT NULL,
    alt TEXT NOT NULL,
    variant_id BLOB REFERENCES variants (id) ON DELETE SET NULL
) STRICT;

CREATE INDEX product_images_product_id_idx ON product_images (product_id, position);
CREATE INDEX product_images_variant_id_idx ON product_images (variant_id);

CREATE TABLE carts (
    id BLOB PRIMARY KEY,
    token_hash BLOB NOT NULL,
    site_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (token_hash)
) STRICT;

CREATE TABLE cart_lines (
    cart_id BLOB NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
    variant_id BLOB NOT NULL REFERENCES variants (id) ON DELETE CASCADE,
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    added_at INTEGER NOT NULL,
    PRIMARY KEY (cart_id, variant_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX cart_lines_variant_id_idx ON cart_lines (variant_id);

CREATE TABLE orders (
    id BLOB PRIMARY KEY,
    number INTEGER NOT NULL CHECK (number >= 1),
    cart_id BLOB NOT NULL,
    site_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'processing', 'shipped', 'delivered', 'cancelled')),
    payment_status TEXT NOT NULL CHECK (payment_status IN ('pending', 'paid', 'failed', 'refunded')),
    payment_method TEXT NOT NULL CHECK (payment_method IN ('cash_on_delivery')),
    currency TEXT NOT NULL,
    subtotal INTEGER NOT NULL CHECK (subtotal >= 0),
    shipping INTEGER NOT NULL CHECK (shipping >= 0),
    total INTEGER NOT NULL CHECK (total = subtotal + shipping),
    contact_name TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT,
    address TEXT NOT NULL,
    note TEXT,
    placed_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (number),
    UNIQUE (cart_id),
    UNIQUE (token_hash)
) STRICT;

CREATE INDEX orders_placed_at_idx ON orders (placed_at, id);
CREATE INDEX orders_status_idx ON orders (status, placed_at, id);

CREATE TABLE order_lines (
    order_id BLOB NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    product_id BLOB NOT NULL,
    variant_id BLOB NOT NULL,
    sku TEXT,
    title TEXT NOT NULL,
    variant_title TEXT,
    image TEXT,
    unit_price INTEGER NOT NULL CHECK (unit_price >= 0),
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    total INTEGER NOT NULL CHECK (total = unit_price * quantity),
    PRIMARY KEY (order_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
