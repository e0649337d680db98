//! Cases as data.

use futures_util::future::LocalBoxFuture;

/// Nothing, or what a caller would trip over.
pub type Outcome = Result<(), String>;

/// How a case is run.
pub type Run<H> = for<'a> fn(&'a H) -> LocalBoxFuture<'a, Outcome>;

/// One case of the suite.
pub struct Case<H> {
    /// The port that it is about.
    pub port: &'static str,
    /// Its name, one of a kind in the whole suite.
    pub name: &'static str,
    /// Runs it.
    pub run: Run<H>,
}

impl<H> Clone for Case<H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Case<H> {}

/// A list of cases: the port's name, then paths of functions, whose last segments are the names.
macro_rules! cases {
    ($port:literal: $($module:ident::$case:ident),+ $(,)?) => {
        const {
            &[$($crate::contract::Case {
                port: $port,
                name: stringify!($case),
                run: |host| Box::pin($module::$case(host)),
            }),+]
        }
    };
}

/// Ends the case with a text unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(format!($($text)+));
        }
    };
}

pub(super) use {cases, ensure};

/// Whether `found` is `expected`.
pub(super) fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Outcome {
    ensure!(
        found == expected,
        "{what} is {found:?} where {expected:?} was expected"
    );
    Ok(())
}

/// `bytes` for a message: short ones themselves, long ones by their length and digest.
pub(super) fn describe(bytes: &[u8]) -> String {
    if bytes.len() <= 64 {
        format!("{:?}", String::from_utf8_lossy(bytes))
    } else {
        let digest = crate::sign::sha256_hex(bytes);
        format!("{} bytes with sha256 {}…", bytes.len(), &digest[..16])
    }
}

/// Whether the bytes `found` are `expected`.
pub(super) fn same_bytes(what: &str, found: &[u8], expected: &[u8]) -> Outcome {
    ensure!(
        found == expected,
        "{what} is {} where {} was expected",
        describe(found),
        describe(expected)
    );
    Ok(())
}
