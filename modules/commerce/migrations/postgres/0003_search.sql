-- Sorted and looked for by their bytes, as on the other engine, so that an index finds what begins with a text.
ALTER TABLE products ALTER COLUMN title TYPE text COLLATE "C";
ALTER TABLE orders ALTER COLUMN email TYPE text COLLATE "C";
ALTER TABLE orders ALTER COLUMN phone TYPE text COLLATE "C";

CREATE INDEX products_title_idx ON products (tenant_id, lower(title), id);
CREATE INDEX orders_email_idx ON orders (tenant_id, email) WHERE email IS NOT NULL;
CREATE INDEX orders_phone_idx ON orders (tenant_id, ltrim(phone, '+'));
