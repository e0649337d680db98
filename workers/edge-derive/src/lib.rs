//! Derives `edge::FromJson` from the attributes that serde's `Serialize` has already.
//!
//! What serde's `Deserialize` derives brings for each member how it is told apart, doubled, missed
//! and dropped again; that was a seventh of a function. This leaves a row of calls.

mod attributes;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{Data, DataEnum, DeriveInput, Error, Field, Fields, FieldsNamed};

use attributes::{OfField, OfType};

/// Derives `edge::FromJson`.
///
/// For structs with named members, tuple structs of one, and enums whose variants have no content.
/// Of serde's attributes it knows `try_from`, `transparent` and `rename_all = "lowercase"` of a type,
/// `default` and `rename` of a member; what only concerns writing is passed over.
///
/// # Errors
/// Anything else does not compile.
#[proc_macro_derive(FromJson, attributes(serde))]
pub fn from_json(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &input.generics,
            "a type without parameters is read",
        ));
    }
    let of_type = OfType::read(&input.attrs)?;
    let body = match (&of_type.try_from, &input.data) {
        (Some(stored), _) => quote! {
            edge::json::convert(<#stored as edge::FromJson>::from_json(reader)?)
        },
        (None, Data::Struct(data)) => match &data.fields {
            Fields::Named(fields) => members(fields)?,
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => quote! {
                Ok(Self(edge::FromJson::from_json(reader)?))
            },
            fields => return Err(Error::new_spanned(fields, "nothing of this form is read")),
        },
        (None, Data::Enum(data)) if of_type.is_lowercase => variants(data)?,
        _ => {
            return Err(Error::new_spanned(
                &input.ident,
                "an enum is read by `rename_all = \"lowercase\"` or `try_from`",
            ));
        }
    };
    let name = &input.ident;
    Ok(quote! {
        impl edge::FromJson for #name {
            fn from_json(reader: &mut edge::json::Reader<'_>) -> Result<Self, edge::json::JsonError> {
                #body
            }
        }
    })
}

/// Reads a struct from an object.
fn members(fields: &FieldsNamed) -> Result<TokenStream, Error> {
    let (mut slots, mut names, mut arms, mut taken) = (vec![], vec![], vec![], vec![]);
    for (index, field) in fields.named.iter().enumerate() {
        let of_field = OfField::read(&field.attrs)?;
        let Field { ident, ty, .. } = field;
        let slot = format_ident!("member_{index}");
        let name = match (of_field.rename, ident) {
            (Some(name), _) => name,
            (None, Some(ident)) => ident.to_string(),
            (None, None) => return Err(Error::new_spanned(field, "a member needs a name")),
        };
        let position = Literal::usize_unsuffixed(index);
        slots.push(quote! { let mut #slot: Option<#ty> = None; });
        arms.push(quote! { #position => edge::json::fill(&mut #slot, reader), });
        taken.push(match of_field.is_optional {
            true => quote! { #ident: #slot.unwrap_or_default() },
            false => quote! { #ident: edge::json::required(#slot, #name)? },
        });
        names.push(name);
    }
    // One bit for each tells which have been read.
    if names.len() > 32 {
        return Err(Error::new_spanned(
            fields,
            "more than 32 members are not read",
        ));
    }
    Ok(quote! {
        #(#slots)*
        reader.members(&[#(#names),*], &mut |reader, index| match index {
            #(#arms)*
            _ => Ok(()),
        })?;
        Ok(Self { #(#taken),* })
    })
}

/// Reads an enum from the name of a variant.
fn variants(data: &DataEnum) -> Result<TokenStream, Error> {
    let mut arms = vec![];
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(
                variant,
                "a variant with content is read by `try_from`",
            ));
        }
        let ident = &variant.ident;
        let name = ident.to_string().to_lowercase();
        arms.push(quote! { #name => Ok(Self::#ident), });
    }
    Ok(quote! {
        match &*reader.string()? {
            #(#arms)*
            other => Err(edge::json::JsonError::unknown(other)),
        }
    })
}
