//! Files as shops export them, and as people break them.

use stoa_imports::rows;

use super::*;
use crate::{
    domain::product::{Draft, ProductStatus},
    import::{PRODUCTS, overlay},
};

type TestResult = Result<(), Unusable>;

const CLASSIC: &str = "\u{feff}Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,\
Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,\
Variant Inventory Policy,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,\
Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Image,Status\r\n\
linen-shirt,Linen shirt,\"<p>Washed linen,\n\"\"soft\"\".</p><script>x()</script>\",Rongdhonu,Shirts,\"men, linen\",\
TRUE,Size,S,Colour,Sand,LIN-S,320,shopify,12,deny,1299.00,1500,TRUE,TRUE,'0012,https://cdn.example.com/b.jpg,2,Back,,active\r\n\
linen-shirt,,,,,,,,M,,Sand,LIN-M,340.5,shopify,0,continue,1299.00,,TRUE,FALSE,,https://cdn.example.com/a.jpg,1,Front,https://cdn.example.com/m.jpg,\r\n\
linen-shirt,,,,,,,,,,,,,,,,,,,,,https://cdn.example.com/c.jpg,3,,,\r\n\
mug,Mug,,,,,FALSE,Title,Default Title,,,,,,5,deny,450,,,,,,,,,\r\n";

const CURRENT: &str = "Title,URL handle,Description,Vendor,Type,Tags,Published on online store,Status,SKU,Barcode,\
Option1 name,Option1 value,Option1 Linked To,Option2 name,Option2 value,Price,Compare-at price,Charge tax,\
Inventory tracker,Inventory quantity,Continue selling when out of stock,Weight value (grams),Requires shipping,\
Product image URL,Image position,Image alt text,Variant image URL\n\
Linen shirt,linen-shirt,\"<p>Washed linen,\n\"\"soft\"\".</p>\",Rongdhonu,Shirts,\"men, linen\",TRUE,Active,LIN-S,0012,\
Size,S,,Colour,Sand,1299,1500.00,TRUE,shopify,12,DENY,320,TRUE,https://cdn.example.com/b.jpg,2,Back,\n\
,linen-shirt,,,,,,,LIN-M,,,M,,,Sand,1299,,FALSE,shopify,0,CONTINUE,341,TRUE,https://cdn.example.com/a.jpg,1,Front,\
https://cdn.example.com/m.jpg\n\
,linen-shirt,,,,,,,,,,,,,,,,,,,,,,https://cdn.example.com/c.jpg,3,,\n\
Mug,mug,,,,,FALSE,,,,Title,Default Title,,,,450,,,,5,DENY,,,,,,\n";

/// The drafts of a file, or what is wrong with each product.
fn read(text: &str) -> Result<Vec<Result<Draft, Vec<Fault>>>, Unusable> {
    let currency = Currency::parse("BDT").map_err(|error| Unusable::new(error.code, error.detail))?;
    let mut rows = rows(text.as_bytes());
    let header = rows.next().ok_or_else(|| Unusable::new("empty", ""))??;
    let opening = Opening {
        format: "shopify",
        header: &header,
        currency,
    };
    (PRODUCTS.open)(&opening)?;
    let mut shopify = Shopify::open(&opening)?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    rows.iter().for_each(|row| shopify.survey(row));
    let mut products: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        match products.last_mut() {
            Some(product) if shopify.continues(&product[0], &row) => product.push(row),
            _ => products.push(vec![row]),
        }
    }
    Ok(products.iter().map(|rows| draft(&shopify, rows)).collect())
}

fn draft(shopify: &Shopify, rows: &[Row]) -> Result<Draft, Vec<Fault>> {
    let wanted = shopify.wanted(rows)?;
    let sound = overlay(&wanted, None, shopify.currency).map_err(|mistakes| shopify.faults(mistakes))?;
    Ok(sound.draft().clone())
}

/// What is wrong with a file, as `row column: reason`.
#[track_caller]
fn check(text: &str, expected: &[&str]) -> TestResult {
    let mut found = Vec::new();
    for faults in read(text)?.into_iter().filter_map(Result::err) {
        found.extend(
            faults
                .into_iter()
                .map(|fault| format!("{} {}: {}", fault.row, fault.column, fault.reason)),
        );
    }
    assert_eq!(found, expected);
    Ok(())
}

#[test]
fn both_generations_of_headers_say_the_same() -> TestResult {
    assert_eq!(read(CLASSIC)?, read(CURRENT)?);
    Ok(())
}

#[test]
fn rows_of_a_handle_are_one_product() -> TestResult {
    let drafts = read(CLASSIC)?;
    let [Ok(shirt), Ok(_)] = drafts.as_slice() else {
        panic!("{drafts:?}")
    };
    assert_eq!(
        shirt.about.description.as_str(),
        "<p>Washed linen,\n\"soft\".</p>"
    );
    assert_eq!(
        shirt.options.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
        ["Size", "Colour"]
    );
    let pictures = shirt.pictures.iter().map(|picture| {
        let name = picture
            .url
            .as_str()
            .trim_start_matches("https://cdn.example.com/");
        (name, picture.alt.as_str(), picture.variant)
    });
    let expected = [
        ("a.jpg", "Front", None),
        ("b.jpg", "Back", None),
        ("c.jpg", "", None),
        ("m.jpg", "", Some(1)),
    ];
    assert_eq!(pictures.collect::<Vec<_>>(), expected);
    Ok(())
}

#[test]
fn rows_with_choices_are_variants() -> TestResult {
    let drafts = read(CLASSIC)?;
    let [Ok(shirt), Ok(mug)] = drafts.as_slice() else {
        panic!("{drafts:?}")
    };
    let [small, medium] = shirt.variants.as_slice() else {
        panic!("{shirt:?}")
    };
    assert_eq!(small.offer.price.amount, 129_900);
    assert_eq!(small.offer.compare_at.map(|money| money.amount), Some(150_000));
    assert_eq!(
        small.offer.barcode.as_ref().map(|code| code.as_str()),
        Some("0012")
    );
    assert_eq!(
        (
            medium.offer.weight_grams,
            medium.offer.supply.backorder,
            medium.offer.taxable
        ),
        (341, true, false)
    );
    assert_eq!(
        (mug.options.len(), mug.variants.len(), mug.about.status),
        (0, 1, ProductStatus::Draft)
    );
    assert!(!mug.variants[0].offer.supply.tracked, "nobody counts it");
    Ok(())
}

#[test]
fn a_few_columns_are_enough() -> TestResult {
    let drafts = read("Title,Price\nBlue Mug,450\n\nRed Mug,500\n")?;
    let slugs = drafts.iter().flatten().map(|draft| draft.slug.as_str());
    assert_eq!(slugs.collect::<Vec<_>>(), ["blue-mug", "red-mug"]);
    Ok(())
}

/// Row numbers are those that a spreadsheet shows, blank rows and all.
#[test]
fn blank_rows_count() -> TestResult {
    check(
        "Title,Price\n\n\nBlue Mug,450\n\nRed Mug,cheap\n",
        &["6 Price: must be an amount in BDT such as 1299.00"],
    )
}

#[test]
fn every_wrong_cell_is_named() -> TestResult {
    check(
        "Handle,Title,Status,Option1 Name,Option1 Value,Variant Price,Variant Grams,Variant Inventory Qty,Image Src\n\
         a,,sold,Size,S,cheap,heavy,many,javascript:x()\n\
         a,,,,M,,,,\n\
         b,Fine,,,,1,,,\n",
        &[
            "2 Title: must not be empty",
            "2 Status: must be one of draft, active, archived",
            "2 Variant Price: must be an amount in BDT such as 1299.00",
            "2 Variant Grams: must be a weight in grams such as 250",
            "2 Variant Inventory Qty: must be a whole number such as 12",
            "3 Variant Price: must be a price; 0 gives the product away",
            "2 Image Src: must be an http or https address, or a path that starts with a single /",
        ],
    )
}

#[test]
fn variants_differ_in_their_options() -> TestResult {
    let header =
        "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price\n";
    let twice = "3 Option1 Value: repeats S";
    check(&format!("{header}a,A,Size,S,,,,1\na,,,S,,,,1\n"), &[twice])?;
    let blank = "3 Option1 Value: must tell this variant from the one above";
    check(&format!("{header}a,A,Size,S,,,,1\na,,,,,,X,1\n"), &[blank])?;
    let unnamed = "2 Option1 Name: must name the option whose value stands beside it";
    check(
        &format!("{header}a,A,,S,,,,1\n"),
        &[unnamed, "2 Option1 Value: belongs to no option of this product"],
    )?;
    check(
        &format!("{header}a,A,Size,S,,Red,,1\n"),
        &[
            "2 Option2 Name: must name the option whose value stands beside it",
            "2 Option2 Value: belongs to no option of this product",
        ],
    )
}

#[test]
fn rows_of_a_product_follow_each_other() -> TestResult {
    let apart = "Handle: stands elsewhere too: the rows of one product must follow each other";
    let both = [format!("2 {apart}"), format!("4 {apart}")];
    check(
        "Handle,Title,Price\na,A,1\nb,B,1\na,A,1\n",
        &both.each_ref().map(String::as_str),
    )?;
    let alike = [format!("2 {apart}"), format!("3 {apart}")];
    check(
        "Handle,Title,Price\nblue-mug,A,1\nBlue Mug,B,1\n",
        &alike.each_ref().map(String::as_str),
    )?;
    check(
        "Handle,Title,Price\na,A,1,2\n",
        &["2 : has more cells than the header: a comma or a quotation mark is out of place"],
    )
}

#[test]
fn stock_below_zero_needs_backorder() -> TestResult {
    let header = "Title,Price,Inventory tracker,Inventory quantity,Continue selling when out of stock\n";
    check(
        &format!("{header}A,1,shopify,-2,deny\n"),
        &["2 Inventory quantity: stock below zero needs backorder"],
    )?;
    check(&format!("{header}A,1,shopify,-2,continue\n"), &[])
}

#[test]
fn a_file_that_is_none_says_what_to_do() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = read(text).map_err(|error| error.detail);
        assert!(
            found.as_ref().is_err_and(|detail| detail.contains(expected)),
            "{found:?}"
        );
    }
    check("Handle;Title\na;A\n", "separated by “;”");
    check("Title,Price,Variant Price\nA,1,1\n", "mean the same");
    check(
        "ID,Type,SKU,Name,Published,Tax status,Regular price\n1,simple,A,A,1,taxable,5\n",
        "an export of WooCommerce",
    );
    check(
        "TITLE,PRICE,CURRENCY_CODE,MATERIALS\nA,1,USD,clay\n",
        "an export of Etsy",
    );
    check(
        "Name,Price\nA,1\n",
        "its first row does not name a column “Title”",
    );
}
