//! Lists by prefix.

use edge::{Objects, objects::MAX_PAGE};

use crate::contract::{
    Outcome,
    case::{ensure, same},
    space::Space,
};

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

pub async fn order_and_facts<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "order_and_facts").await?;
    // Written out of order; ascending by bytes is not what a dictionary would do.
    for name in ["b", "a/2", "é", "a", "Z", "a10", "a/1", "a!", "z"] {
        space.store(name, name).await?;
    }
    let expected = owned(&["Z", "a", "a!", "a/1", "a/2", "a10", "b", "z", "é"]);
    same("the list", space.names("", MAX_PAGE).await?, expected)?;
    for listed in space.list("", 100).await? {
        let head = host.object_head(&listed.key).await;
        let head = head.map_err(|error| format!("head failed: {error}"))?;
        let head = head.ok_or_else(|| format!("{} is listed but is not there", listed.key))?;
        same("the size in the list", listed.size, head.size)?;
        same("the entity tag in the list", listed.etag, head.etag)?;
        same("the time in the list", listed.modified, head.modified)?;
    }
    Ok(())
}

pub async fn prefixes_are_literal<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "prefixes_are_literal").await?;
    for name in [
        "a_b/1", "aXb/1", "a%/1", "ab/1", "A_b/1", "a*/1", "a?/1", "a",
    ] {
        space.store(name, name).await?;
    }
    for (prefix, expected) in [
        ("a_b/", &["a_b/1"][..]),
        ("a_", &["a_b/1"]),
        ("a%", &["a%/1"]),
        ("a*", &["a*/1"]),
        ("a?", &["a?/1"]),
        ("A", &["A_b/1"]),
        ("ab/1", &["ab/1"]),
        ("ab/12", &[]),
        ("%", &[]),
        ("_", &[]),
        (
            "a",
            &["a", "a%/1", "a*/1", "a?/1", "aXb/1", "a_b/1", "ab/1"],
        ),
    ] {
        let what = format!("the list of {prefix}");
        same(&what, space.names(prefix, 3).await?, owned(expected))?;
    }
    Ok(())
}

pub async fn pages<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "pages").await?;
    let expected: Vec<String> = (0..23).map(|number| format!("list/{number:02}")).collect();
    for name in &expected {
        space.store(name, "text").await?;
    }
    space.store("lisu", "text").await?;
    for limit in [1, 2, 5, 22, 23, 24, MAX_PAGE] {
        let what = format!("the list in pages of {limit}");
        same(&what, space.names("list/", limit).await?, expected.clone())?;
    }
    Ok(())
}

/// The sweep of a prefix: read a page, delete what is on it, go on from its cursor.
pub async fn pages_while_deleting<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "pages_while_deleting").await?;
    for number in 0..10 {
        space.store(&format!("{number}"), "text").await?;
    }
    let mut cursor = None;
    for _ in 0..20 {
        let page = space.page("", cursor.as_deref(), 3).await?;
        for meta in &page.objects {
            let deleted = host.object_delete(&meta.key).await;
            deleted.map_err(|error| format!("deleting failed: {error}"))?;
        }
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    ensure!(cursor.is_none(), "the list has no end");
    same("what is left", space.names("", 10).await?, Vec::new())
}

pub async fn nothing_to_list<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "nothing_to_list").await?;
    let page = space.page("no/such/", None, 10).await?;
    ensure!(page.objects.is_empty(), "{} are listed", page.objects.len());
    same("the cursor at the end", page.cursor, None)
}
