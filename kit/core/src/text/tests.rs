//! What the parsed texts accept, in which form, and what they refuse.

use proptest::prelude::*;

use super::*;

/// Each text with the form it is kept in, or none when it is refused.
#[track_caller]
fn check<T: fmt::Display>(parse: impl Fn(&str) -> Result<T, TextError>, cases: &[(&str, Option<&str>)]) {
    for (text, expected) in cases {
        let kept = parse(text).ok().map(|value| value.to_string());
        assert_eq!(kept.as_deref(), *expected, "{text:?}");
    }
}

#[test]
fn slugs() {
    let (longest, too_long) = ("a".repeat(80), "a".repeat(81));
    check(
        Slug::parse,
        &[
            ("blue-shirt", Some("blue-shirt")),
            ("7", Some("7")),
            (&longest, Some(&longest)),
            (&too_long, None),
            ("", None),
            ("-a", None),
            ("a-", None),
            ("a--b", None),
            ("Blue", None),
            ("a b", None),
            ("a_b", None),
            ("é", None),
        ],
    );
}

#[test]
fn slugs_from_titles() {
    let long = "ab ".repeat(40);
    let cut = "ab-".repeat(26) + "ab";
    for (title, expected) in [
        ("Blue  Shirt!", Some("blue-shirt")),
        ("  Crème brûlée (2×) ", Some("creme-brulee-2")),
        ("Don't & don’t", Some("dont-dont")),
        ("Straße Æther Øl", Some("strasse-aether-ol")),
        ("ﬁne ½", Some("fine-1-2")),
        ("লাল shirt", Some("shirt")),
        (&long, Some(cut.as_str())),
        ("লাল শার্ট", None),
        ("—", None),
        ("", None),
    ] {
        assert_eq!(slugify(title).as_ref().map(Slug::as_str), expected, "{title}");
    }
}

#[test]
fn emails() {
    let long = format!("{}@{}.org", "a".repeat(64), "b".repeat(63));
    let too_long = format!("{}@{}.org", "a".repeat(64), vec!["b".repeat(60); 4].join("."));
    check(
        Email::parse,
        &[
            (" Ada@Example.ORG ", Some("ada@example.org")),
            ("a.b+c@mail.example.org", Some("a.b+c@mail.example.org")),
            ("e\u{301}@example.org", Some("\u{e9}@example.org")),
            ("user@বাংলা.বাংলা", Some("user@xn--54b7fta0cc.xn--54b7fta0cc")),
            (
                "user@XN--54b7fta0cc.বাংলা",
                Some("user@xn--54b7fta0cc.xn--54b7fta0cc"),
            ),
            ("ａｄａ＠Ｅｘａｍｐｌｅ．ｏｒｇ", Some("ada@example.org")),
            ("a\u{200d}@example.org", None),
            ("a\u{202e}@example.org", None),
            (&long, Some(&long)),
            (&too_long, None),
            ("", None),
            ("ada", None),
            ("ada@localhost", None),
            ("@example.org", None),
            ("a@b@example.org", None),
            ("a b@example.org", None),
            ("a\n@example.org", None),
            ("a\u{200b}@example.org", None),
            ("Ada <ada@example.org>", None),
            (".a@example.org", None),
            ("a..b@example.org", None),
            ("a@-example.org", None),
            ("a@example..org", None),
            ("a@example.org.", None),
            ("a@127.0.0.1", None),
        ],
    );
}

#[test]
fn skus() {
    let (longest, too_long) = ("é".repeat(64), "é".repeat(65));
    check(
        Sku::parse,
        &[
            (" TS-001/blue ", Some("TS-001/blue")),
            ("e\u{301}", Some("\u{e9}")),
            (&longest, Some(&longest)),
            (&too_long, None),
            (" ", None),
            ("a\0b", None),
            ("a\tb", None),
            ("a\u{200b}b", None),
        ],
    );
}

#[test]
fn phones() {
    check(
        Phone::parse,
        &[
            ("+880 1712-345678", Some("+8801712345678")),
            (" (017) 12.34.56 ", Some("017123456")),
            ("123456", Some("123456")),
            ("০১৭১২-৩৪৫৬৭৮", Some("01712345678")),
            ("+٨٨٠ १७१२ ۳۴۵۶۷۸", Some("+8801712345678")),
            ("12345", None),
            ("1234567890123456", None),
            ("+880 1712 345678 ext 5", None),
            ("880+1712345678", None),
            ("++8801712345678", None),
            ("", None),
        ],
    );
}

#[test]
fn texts() {
    check(
        Text::<5>::parse,
        &[
            ("  a b  ", Some("a b")),
            ("\r\na\n", Some("a")),
            ("a\nb", None),
            ("a\rb", None),
            ("a\tb", None),
            ("a\u{85}b", None),
            ("a\u{2028}b", None),
            ("éééé\u{65}\u{301}", Some("ééééé")),
            ("abcdef", None),
            (" \n ", None),
            ("a\0", None),
            ("a\u{7f}b", None),
            ("\u{202e}gnp", None),
            ("a\u{200b}", None),
            ("a\u{2066}b", None),
            ("\u{feff}a", None),
            ("\u{200d}", None),
            ("র\u{200d}্য", Some("র\u{200d}্য")),
            ("👩\u{200d}💻", Some("👩\u{200d}💻")),
        ],
    );
    assert_eq!(optional::<5>(" \n"), Ok(None));
    assert_eq!(optional::<5>("a"), Text::parse("a").map(Some));
    assert!(optional::<5>("abcdef").is_err());
}

/// ATK-P14: what is too long however it is composed is refused by its bytes.
#[test]
fn what_is_far_too_long_is_not_composed() {
    let code = |refused: TextError| refused.code;
    let apart = "\u{1100}\u{1161}\u{11a8}".repeat(5);
    assert!(
        Text::<5>::parse(&apart).is_ok(),
        "three letters of three bytes are one"
    );
    let long = "e\u{301}".repeat(1000);
    assert_eq!(Text::<5>::parse(&long).map_err(code), Err("text.too_long"));
    assert_eq!(Prose::<5>::parse(&long).map_err(code), Err("text.too_long"));
    assert_eq!(Sku::parse(&long).map_err(code), Err("sku.invalid"));
    assert_eq!(
        Email::parse(&format!("{long}@example.org")).map_err(code),
        Err("email.invalid")
    );
    assert_eq!(
        slugify(&("\u{fdfa}".repeat(1001) + "x")),
        None,
        "reads no further than a title goes"
    );
}

#[test]
fn prose_has_lines() {
    check(
        Prose::<5>::parse,
        &[
            ("  a\n\tb  ", Some("a\n\tb")),
            ("a\r\n\r\nb\r\n", Some("a\n\nb")),
            ("a\rb", Some("a\nb")),
            ("abcdef", None),
            (" \n ", None),
            ("a\0", None),
            ("a\u{85}b", None),
        ],
    );
    assert_eq!(Prose::<5>::optional(" \n"), Ok(None));
    assert_eq!(Prose::<5>::optional("a\nb"), Prose::parse("a\nb").map(Some));
}

/// What was kept is kept again: a value read back from a store is the one that was written.
fn is_stable<T: fmt::Display>(parse: impl Fn(&str) -> Result<T, TextError>, text: &str) -> bool {
    let Ok(once) = parse(text).map(|value| value.to_string()) else {
        return true;
    };
    parse(&once).is_ok_and(|twice| twice.to_string() == once)
}

proptest! {
    #[test]
    fn a_slug_is_found_wherever_a_latin_letter_or_digit_is(title in any::<String>()) {
        let plain = title.contains(|letter: char| letter.is_ascii_alphanumeric());
        let slug = slugify(&title);
        prop_assert!(slug.is_some() || !plain);
        if let Some(slug) = slug {
            prop_assert_eq!(Slug::parse(slug.as_str()), Ok(slug.clone()));
            prop_assert_eq!(slugify(slug.as_str()), Some(slug));
        }
    }

    #[test]
    fn a_title_of_any_length_has_a_slug(title in "[a-zßæ -]{1,200}x") {
        prop_assert!(slugify(&title).is_some());
    }

    #[test]
    fn parsed_text_stays_as_it_is(text in any::<String>(), local in "\\PC{1,20}", phone in "[+0-9 ().-]{6,20}") {
        prop_assert!(is_stable(Text::<40>::parse, &text));
        prop_assert!(is_stable(Prose::<40>::parse, &text));
        prop_assert!(is_stable(Sku::parse, &text));
        prop_assert!(is_stable(Phone::parse, &phone));
        let email = format!("{local}@{local}.org");
        prop_assert!(is_stable(Email::parse, &email));
    }
}
