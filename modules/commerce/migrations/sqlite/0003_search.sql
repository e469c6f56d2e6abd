CREATE INDEX products_title_idx ON products (lower(title), id);
CREATE INDEX orders_email_idx ON orders (email) WHERE email IS NOT NULL;
CREATE INDEX orders_phone_idx ON orders (ltrim(phone, '+'));
