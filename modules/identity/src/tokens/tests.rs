//! Which access and refresh tokens count.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use stoa_core::Id;
use stoa_vault::MasterKey;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn claims() -> Claims {
    let bound = Bound {
        membership: Id::new(NOW),
        tenant: Id::new(NOW),
        version: 3,
    };
    Claims::new(Id::new(NOW), Id::new(NOW), Some(bound), NOW)
}

fn vault() -> Vault {
    Vault::new(&MasterKey::generate())
}

/// A token with any header and claims, signed with any key.
fn forged(header: &Header, claims: &impl Serialize, key: &[u8]) -> anyhow::Result<String> {
    Ok(encode(header, claims, &EncodingKey::from_secret(key))?)
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[test]
fn a_token_says_what_it_was_made_with() -> anyhow::Result<()> {
    let (vault, claims) = (vault(), claims());
    let token = claims.sign(&vault)?;
    assert_eq!(Claims::read(&vault, &token, NOW), Some(claims.clone()));
    assert_eq!(claims.bound().map(|bound| bound.version), Some(3));
    Ok(())
}

/// ATK-I7: an expired token, and one of the future.
#[test]
fn a_token_counts_for_a_quarter_of_an_hour() -> anyhow::Result<()> {
    let vault = vault();
    let token = claims().sign(&vault)?;
    let counts = |at: Timestamp| Claims::read(&vault, &token, at).is_some();
    assert!(counts(NOW.plus(LIFETIME - Duration::from_secs(1))));
    assert!(!counts(NOW.plus(LIFETIME)));
    assert!(counts(NOW.minus(SKEW)));
    assert!(!counts(NOW.minus(SKEW + Duration::from_secs(1))));
    Ok(())
}

/// ATK-I7: `alg: none`, another algorithm, another key, an edited claim, a claim too many.
#[test]
fn only_what_the_platform_has_signed_counts() -> anyhow::Result<()> {
    let (vault, claims) = (vault(), claims());
    let key = vault.key(Purpose::AccessToken).expose();
    let refused = |token: &str| assert_eq!(Claims::read(&vault, token, NOW), None, "{token}");
    let token = claims.sign(&vault)?;
    let parts: Vec<_> = token.split('.').collect();

    let body = serde_json::to_value(&claims)?;
    for alg in ["none", "None", "NONE", "RS256", "ES256", "EdDSA"] {
        let header = part(&json!({"alg": alg, "typ": "JWT"}));
        refused(&format!("{header}.{}.", part(&body)));
        refused(&format!("{header}.{}.{}", part(&body), parts[2]));
    }
    refused(&forged(&Header::new(Algorithm::HS512), &claims, key)?);
    refused(&forged(&Header::new(Algorithm::HS256), &claims, b"another key")?);
    refused(&forged(
        &Header::new(Algorithm::HS256),
        &claims,
        vault.key(Purpose::RefreshToken).expose(),
    )?);

    let mut edited = body.clone();
    edited["tenant"] = json!(TenantId::new(NOW));
    refused(&format!("{}.{}.{}", parts[0], part(&edited), parts[2]));
    let mut more = body;
    more["admin"] = json!(true);
    refused(&forged(&Header::new(Algorithm::HS256), &more, key)?);
    refused(&format!("{}.{}", parts[0], parts[1]));
    refused("");
    assert!(Claims::read(&vault, &token, NOW).is_some());
    Ok(())
}

#[test]
fn a_refresh_token_is_read_back_and_nothing_made_up_is() {
    let vault = vault();
    let token = RefreshToken {
        session: Id::new(NOW),
        membership: None,
        renewals: 7,
    };
    let bound = RefreshToken {
        membership: Some(Id::new(NOW)),
        ..token.clone()
    };
    assert_eq!(RefreshToken::read(&vault, &bound.write(&vault)), Some(bound));
    let text = token.write(&vault);
    assert_eq!(RefreshToken::read(&vault, &text), Some(token.clone()));
    assert_eq!(
        RefreshToken::read(&Vault::new(&MasterKey::generate()), &text),
        None
    );
    for place in 0..text.len() {
        let mut tampered = text.clone();
        let other = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
        tampered.replace_range(place..=place, other);
        assert_eq!(RefreshToken::read(&vault, &tampered), None, "{tampered}");
        assert_eq!(RefreshToken::read(&vault, &text[..place]), None);
    }
    assert!(!text.contains(hidden_token(&vault, token.session).as_str()));
}
