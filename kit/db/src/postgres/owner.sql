-- The owner sees whom a database has: without a tenant to ask for, nobody else does.
CREATE POLICY owner ON placements FOR SELECT TO CURRENT_USER USING (true);
