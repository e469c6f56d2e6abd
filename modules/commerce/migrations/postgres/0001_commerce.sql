CREATE TABLE products (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    id uuid NOT NULL,
    slug text COLLATE "C" NOT NULL,
    title text NOT NULL,
    description_html text NOT NULL,
    vendor text,
    product_type text,
    status text NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, slug)
);

CREATE INDEX products_created_at_idx ON products (tenant_id, created_at, id);
CREATE INDEX products_status_idx ON products (tenant_id, status, created_at, id);

CREATE TABLE product_tags (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    product_id uuid NOT NULL,
    position bigint NOT NULL,
    tag text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, product_id, position),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX product_tags_tag_idx ON product_tags (tenant_id, tag, product_id);

CREATE TABLE product_options (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    product_id uuid NOT NULL,
    position bigint NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (tenant_id, product_id, position),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE variants (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    position bigint NOT NULL,
    title text NOT NULL,
    option1 text,
    option2 text,
    option3 text,
    sku text COLLATE "C",
    barcode text,
    price bigint NOT NULL CHECK (price >= 0),
    compare_at bigint CHECK (compare_at >= 0),
    currency text NOT NULL,
    weight_grams bigint NOT NULL CHECK (weight_grams >= 0),
    stock bigint NOT NULL,
    tracked boolean NOT NULL,
    backorder boolean NOT NULL,
    requires_shipping boolean NOT NULL,
    taxable boolean NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sku),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id) ON DELETE CASCADE,
    CHECK (stock >= 0 OR backorder OR NOT tracked)
);

CREATE INDEX variants_product_id_idx ON variants (tenant_id, product_id, position);

CREATE TABLE product_images (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    position bigint NOT NULL,
    url text NOT NULL,
    alt text NOT NULL,
    variant_id uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, variant_id) REFERENCES variants (tenant_id, id) ON DELETE SET NULL (variant_id)
);

CREATE INDEX product_images_product_id_idx ON product_images (tenant_id, product_id, position);
CREATE INDEX product_images_variant_id_idx ON product_images (tenant_id, variant_id);

CREATE TABLE carts (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    site_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token_hash)
);

CREATE TABLE cart_lines (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    cart_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    added_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, cart_id, variant_id),
    FOREIGN KEY (tenant_id, cart_id) REFERENCES carts (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, variant_id) REFERENCES variants (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX cart_lines_variant_id_idx ON cart_lines (tenant_id, variant_id);

CREATE TABLE orders (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    id uuid NOT NULL,
    number bigint NOT NULL CHECK (number >= 1),
    cart_id uuid NOT NULL,
    site_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'processing', 'shipped', 'delivered', 'cancelled')),
    payment_status text NOT NULL CHECK (payment_status IN ('pending', 'paid', 'failed', 'refunded')),
    payment_method text NOT NULL CHECK (payment_method IN ('cash_on_delivery')),
    currency text NOT NULL,
    subtotal bigint NOT NULL CHECK (subtotal >= 0),
    shipping bigint NOT NULL CHECK (shipping >= 0),
    total bigint NOT NULL CHECK (total = subtotal + shipping),
    contact_name text NOT NULL,
    phone text NOT NULL,
    email text,
    address jsonb NOT NULL,
    note text,
    placed_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, cart_id),
    UNIQUE (tenant_id, token_hash)
);

CREATE INDEX orders_placed_at_idx ON orders (tenant_id, placed_at, id);
CREATE INDEX orders_status_idx ON orders (tenant_id, status, placed_at, id);

CREATE TABLE order_lines (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    order_id uuid NOT NULL,
    position bigint NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    sku text,
    title text NOT NULL,
    variant_title text,
    image text,
    unit_price bigint NOT NULL CHECK (unit_price >= 0),
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    total bigint NOT NULL CHECK (total = unit_price * quantity),
    PRIMARY KEY (tenant_id, order_id, position),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE counters (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    name text COLLATE "C" NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
