//! Which options and variants fit together, and what an offer may be.

use super::*;

type TestResult = Result<(), TextError>;

fn choices(text: &str) -> Result<Vec<Choice>, TextError> {
    text.split('/')
        .filter(|choice| !choice.is_empty())
        .map(Choice::parse)
        .collect()
}

#[track_caller]
fn check(
    options: &str,
    variants: &[&str],
    expected: Result<(), (Option<usize>, &'static str)>,
) -> TestResult {
    let options = choices(options)?
        .iter()
        .map(|name| OptionName::parse(name.as_str()))
        .collect::<Result<Vec<_>, _>>()?;
    let variants = variants
        .iter()
        .map(|text| choices(text))
        .collect::<Result<Vec<_>, _>>()?;
    let variants = variants.iter().map(Vec::as_slice).collect::<Vec<_>>();
    let found = check_choices(&options, &variants);
    assert_eq!(
        found.map_err(|misfit| (misfit.variant, misfit.reason.code)),
        expected
    );
    Ok(())
}

#[test]
fn each_variant_chooses_once() -> TestResult {
    check("", &[""], Ok(()))?;
    check("Size", &["S", "M"], Ok(()))?;
    check("Size/Colour/Cut", &["S/Red/A", "S/Red/B", "M/Red/A"], Ok(()))?;
    check("Size/Colour", &["S/Red", "S"], Err((Some(1), "variants.choices")))?;
    check("Size", &["S/Red"], Err((Some(0), "variants.choices")))?;
    check("Size", &["S", "M", "S"], Err((Some(2), "variants.duplicate")))?;
    check("", &["", ""], Err((Some(1), "variants.duplicate")))?;
    check("", &[], Err((None, "variants.count")))?;
    check("A/B/C/D", &["1/2/3/4"], Err((None, "options.too_many")))?;
    check("A/A", &["1/2"], Err((None, "options.duplicate")))
}

#[test]
fn a_hundred_variants_are_enough() -> TestResult {
    let texts = (0..=MAX_VARIANTS)
        .map(|number| number.to_string())
        .collect::<Vec<_>>();
    let texts = texts.iter().map(String::as_str).collect::<Vec<_>>();
    check("Number", &texts[..MAX_VARIANTS], Ok(()))?;
    check("Number", &texts, Err((None, "variants.count")))
}

#[test]
fn titles_join_choices() -> TestResult {
    assert_eq!(title(&choices("Small/Blue")?).as_deref(), Some("Small / Blue"));
    assert_eq!(title(&[]), None);
    Ok(())
}

#[test]
fn prices_are_the_shops() -> TestResult {
    let (bdt, eur) = (Currency::parse("BDT")?, Currency::parse("EUR")?);
    assert_eq!(check_price(Money::new(0, bdt), bdt), Ok(Money::new(0, bdt)));
    assert_eq!(
        check_price(Money::new(1, eur), bdt).map_err(|error| error.code),
        Err("money.currency")
    );
    assert_eq!(
        check_price(Money::new(-1, bdt), bdt).map_err(|error| error.code),
        Err("money.out_of_range")
    );
    assert_eq!(
        check_price(Money::new(i64::MAX, bdt), bdt).map_err(|error| error.code),
        Err("money.out_of_range")
    );
    Ok(())
}

#[test]
fn offers_are_possible() -> TestResult {
    let bdt = Currency::parse("BDT")?;
    let offer = |stock, tracked, backorder| Offer {
        sku: None,
        barcode: None,
        price: Money::new(500, bdt),
        compare_at: Some(Money::new(500, bdt)),
        weight_grams: 0,
        supply: Supply {
            stock,
            tracked,
            backorder,
        },
        requires_shipping: true,
        taxable: true,
    };
    assert_eq!(offer(0, true, false).check(), Ok(()));
    assert_eq!(offer(-1, true, true).check(), Ok(()));
    assert_eq!(
        offer(-1, true, false).check().map_err(|error| error.code),
        Err("stock.negative")
    );
    assert_eq!(
        offer(i64::MAX, true, false).check().map_err(|error| error.code),
        Err("stock.out_of_range")
    );
    assert_eq!(
        offer(1, true, false).reduced_from(),
        None,
        "a price that is no lower is no reduction"
    );
    Ok(())
}
