//! `spin:variables@3.0.0`.

use std::collections::BTreeMap;
use std::sync::Arc;

use wasmtime::component::{Accessor, HasData};

use super::check_name;
use crate::wit::spin::variables::variables::{Error, Host, HostWithStore};

/// What one component sees, by name.
#[derive(Clone)]
pub struct Visible(pub Arc<BTreeMap<String, String>>);

impl Visible {
    fn get(&self, name: &str) -> Result<String, Error> {
        check_name(name).map_err(Error::InvalidName)?;
        let missing = || Error::Undefined(format!("no variable for this component: {name:?}"));
        self.0.get(name).cloned().ok_or_else(missing)
    }
}

/// Marks the interface's data in a store.
pub struct VariablesHost;

impl HasData for VariablesHost {
    type Data<'a> = &'a mut Visible;
}

impl Host for Visible {
    fn convert_error(&mut self, error: Error) -> wasmtime::Result<Error> {
        Ok(error)
    }
}

impl<T: Send> HostWithStore<T> for VariablesHost {
    async fn get(store: &Accessor<T, Self>, name: String) -> Result<String, Error> {
        store.with(|mut access| access.get().get(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_wrong_names_from_missing_ones() {
        let visible = Visible(Arc::new(BTreeMap::from([("a".to_owned(), "1".to_owned())])));
        assert_eq!(visible.get("a").ok().as_deref(), Some("1"));
        assert!(matches!(visible.get("b"), Err(Error::Undefined(_))));
        assert!(matches!(visible.get("A"), Err(Error::InvalidName(_))));
    }
}
