//! How keys look, how they are made and hashed.

use sha2::{Digest, Sha256};

/// A license key: `pl_` and 32 hexadecimal digits. Public.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LicenseKey(pub String);

/// An API key: `pk_` and 64 hexadecimal digits, 256 random bits. Shown once, stored hashed.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiSecret(String);

impl LicenseKey {
    pub(crate) fn random() -> Self {
        Self(format!("pl_{}", hex(&rand::random::<[u8; 16]>())))
    }
}

impl ApiSecret {
    pub(crate) fn random() -> Self {
        Self(format!("pk_{}", hex(&rand::random::<[u8; 32]>())))
    }

    /// The secret itself, to be shown to its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

// A secret never reaches a log by `{:?}`.
impl std::fmt::Debug for ApiSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiSecret(…)")
    }
}

/// SHA-256 of the whole key. A slow password hash would protect nothing here: there are 256 random bits to guess.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_256_bits_and_does_not_print_itself() {
        let secret = ApiSecret::random();
        assert_eq!(secret.reveal().len(), 3 + 64);
        assert_ne!(secret, ApiSecret::random());
        assert!(!format!("{secret:?}").contains(&secret.reveal()[3..]));
    }
}
