//! A bucket that there is none of.

use edge::{
    Body, Objects,
    objects::{Get, Got, ObjectError, ObjectMeta, Page, Put, Written},
};

/// No bucket: nothing is of this type.
#[derive(Debug, Clone, Copy)]
pub enum Nowhere {}

impl Objects for Nowhere {
    async fn object_get(&self, _: &str, _: Get) -> Result<Got, ObjectError> {
        match *self {}
    }

    async fn object_head(&self, _: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        match *self {}
    }

    async fn object_put(&self, _: &str, _: Body, _: Put) -> Result<Written, ObjectError> {
        match *self {}
    }

    async fn object_list(&self, _: &str, _: Option<&str>, _: usize) -> Result<Page, ObjectError> {
        match *self {}
    }

    async fn object_delete(&self, _: &str) -> Result<(), ObjectError> {
        match *self {}
    }
}
