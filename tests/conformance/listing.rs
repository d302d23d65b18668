//! Lists and single tokens.

use std::{collections::BTreeSet, time::Duration};

use futures_util::StreamExt;
use tokenward::{ErrorKind, ListOptions, Operation, Setting, Token, TokenId, TokenManagerExt, When};
use tokenward_testkit::{Fault, Method};

use crate::{
    behaviour::{Facts, always, behaviours, served},
    worlds::{DAY, World, bare},
};

behaviours! {
    "a list has exactly what the vendor has", always, has_what_the_vendor_has;
    "two lists are alike", always, two_lists_are_alike;
    "every token that is listed says which family it is of", always, family_is_said;
    "every token that is listed has the vendor's record", served, record_is_kept;
    "no list shows a secret", served, no_list_shows_a_secret;
    "no list shows more of a secret than the vendor's mask", served, masks_are_short;
    "dates that are listed lie in the past, and ends may lie anywhere", always, dates_are_plausible;
    "a long list is complete", always, a_long_list_is_complete;
    "a list asks for nothing until it is polled", served, a_list_is_lazy;
    "a list outlives its manager", always, a_list_outlives_its_manager;
    "a list that is dropped half way asks for no more", |facts| facts.paged, a_dropped_list_stops;
    "two lists at once are both complete", always, two_lists_at_once;
    "an item that cannot be read is an error in its place, and the rest arrives", served, a_bad_item_is_an_error;
    "a null in a list is an error in its place, and the rest arrives", served, a_null_item_is_an_error;
    "of a thousand and one items, seven that are bad in seven ways cost seven", served, seven_of_a_thousand;
    "the first bad item fails a list that has to be complete", served, the_first_bad_item_fails_a_strict_list;
    "values and fields that nobody has heard of harm no list", served, the_unknown_harms_nothing;
    "a list is asked for again after a transient answer", served, a_list_is_asked_for_again;
    "a list that broke off is an error, not a short list", served, a_broken_list_is_an_error;
    "a page of a proxy's is an error, not an empty list", served, a_proxys_page_is_an_error;
    "the list of one owner has that owner's tokens and no others", owner_applies, of_one_owner;
    "the list of what is unused has no token that was used since", |facts| facts.allows(Setting::ListUnusedSince), unused_since;
    "a token that is listed can be got", got, listed_can_be_got;
    "a token that is not there is not found, by its id", got, missing_is_not_found;
    "an id that bends an address gets nothing and reaches nothing", got, hostile_ids_get_nothing;
    "an error says which family and operation it is of", got, errors_say_where;
}

fn got(facts: &Facts) -> bool {
    facts.can(Operation::Get)
}

fn owner_applies(facts: &Facts) -> bool {
    facts.allows(Setting::ListByOwner) && facts.has_owners
}

/// What cannot be a token's id, and what looks like it could lead elsewhere.
pub(crate) const HOSTILE: [&str; 9] =
    ["...", "a/../b", "../x", "%2e%2e", "%2E%2E%2Fx", "x?y=z", "x#y", "x\\..\\y", " "];

async fn has_what_the_vendor_has(world: World) {
    let listed: BTreeSet<String> =
        world.list().await.iter().map(|token| bare(&token.id).to_owned()).collect();
    assert_eq!(listed, (world.ids)());
    assert!(world.is_there(&world.known));
}

async fn two_lists_are_alike(world: World) {
    let plain = |tokens: Vec<Token>| -> Vec<(TokenId, Option<String>)> {
        tokens.into_iter().map(|token| (token.id, token.name)).collect()
    };
    assert_eq!(plain(world.list().await), plain(world.list().await));
}

async fn family_is_said(world: World) {
    let tokens = world.list().await;
    assert!(!tokens.is_empty());
    assert!(tokens.iter().all(|token| token.family == world.manager.family()));
}

async fn record_is_kept(world: World) {
    for token in world.list().await {
        let record = token.record.unwrap();
        assert!(record.as_str().contains(bare(&token.id)), "{record:?}");
    }
}

async fn no_list_shows_a_secret(world: World) {
    (world.seed)(5);
    let tokens = world.list().await;
    let shown = format!("{tokens:?} {}", serde_json::to_string(&tokens).unwrap());
    let secrets = (world.secrets)();
    assert!(!secrets.is_empty());
    assert!(secrets.iter().all(|secret| !shown.contains(secret.as_str())));
}

async fn masks_are_short(world: World) {
    for mask in world.list().await.into_iter().filter_map(|token| token.mask) {
        assert!(mask.chars().filter(|c| c.is_ascii_alphanumeric()).count() <= 8, "{mask}");
    }
}

async fn dates_are_plausible(world: World) {
    let now = world.time() + Duration::from_secs(2);
    for token in world.list().await {
        assert!(token.created.at().is_some_and(|time| time <= now), "{token:?}");
        assert!(token.last_used.at().is_none_or(|time| time <= now), "{token:?}");
    }
}

async fn a_long_list_is_complete(world: World) {
    (world.seed)(240);
    let listing = world.manager.listing(ListOptions::default()).await;
    assert!(listing.is_complete(), "{:?}", listing.errors);
    assert_eq!(listing.tokens.len(), (world.ids)().len());
}

async fn a_list_is_lazy(world: World) {
    let mut list = world.manager.list(ListOptions::default());
    assert_eq!(world.sent(), 0);
    list.next().await.unwrap().unwrap();
    assert_eq!(world.sent(), 1);
}

async fn a_list_outlives_its_manager(world: World) {
    let list = world.manager.list(ListOptions::default());
    let expected = (world.ids)().len();
    drop(world.manager);
    assert_eq!(list.count().await, expected);
}

async fn a_dropped_list_stops(world: World) {
    (world.seed)(240);
    let mut list = world.manager.list(ListOptions::default());
    list.next().await.unwrap().unwrap();
    drop(list);
    tokio::task::yield_now().await;
    assert_eq!(world.sent(), 1);
}

async fn two_lists_at_once(world: World) {
    (world.seed)(120);
    let (one, other) = tokio::join!(world.list(), world.list());
    assert_eq!((one.len(), other.len()), ((world.ids)().len(), (world.ids)().len()));
}

/// The list in an answer, wherever the vendor puts it.
pub(crate) fn items(answer: &mut serde_json::Value) -> &mut Vec<serde_json::Value> {
    let list = if answer.is_array() {
        Some(answer)
    } else {
        let key = if answer.get("items").is_some() { "items" } else { "data" };
        answer.get_mut(key)
    };
    list.and_then(serde_json::Value::as_array_mut).unwrap()
}

async fn a_bad_item_is_an_error(world: World) {
    let edit = Fault::edit(|answer| {
        for name in ["id", "_id"] {
            if let Some(id) = items(answer)[1].get_mut(name) {
                *id = serde_json::json!({"CANARY": "CANARY"});
            }
        }
    });
    world.server().script(edit.on(Method::GET, ""));
    let expected = (world.ids)().len();
    let results: Vec<_> = world.manager.list(ListOptions::default()).collect().await;
    assert_eq!(results.len(), expected);
    let error = results[1].as_ref().unwrap_err();
    assert_eq!((error.kind(), error.position()), (ErrorKind::Protocol, Some(1)));
    assert!(!format!("{error} {error:?}").contains("CANARY"));
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), expected - 1);
}

async fn a_null_item_is_an_error(world: World) {
    world
        .server()
        .script(Fault::edit(|answer| items(answer).insert(0, serde_json::Value::Null)).on(Method::GET, ""));
    let results: Vec<_> = world.manager.list(ListOptions::default()).collect().await;
    assert_eq!(results[0].as_ref().unwrap_err().position(), Some(0));
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), (world.ids)().len());
}

/// Spoils seven items in seven ways.
fn spoil(items: &mut [serde_json::Value]) {
    use serde_json::json;

    let id = if items[0].get("_id").is_some() { "_id" } else { "id" };
    items[0] = json!(null);
    items[1] = json!("a text");
    items[2] = json!([1, 2]);
    items[3][id] = json!({"of": "tomorrow"});
    items[4].as_object_mut().unwrap().remove(id);
    items[5][id] = "..".into();
    for name in ["name", "label"] {
        if items[6].get(name).is_some() {
            items[6][name] = json!({"of": "tomorrow"});
        }
    }
}

async fn seven_of_a_thousand(world: World) {
    (world.seed)(1001 - (world.ids)().len());
    world.server().script(Fault::edit(|answer| spoil(items(answer))).on(Method::GET, ""));
    let results: Vec<_> = world.manager.list(ListOptions::default()).collect().await;
    let errors: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    let positions: Vec<_> = errors.iter().map(|error| error.position()).collect();
    assert_eq!(positions, (0..7).map(Some).collect::<Vec<_>>());
    assert!(errors.iter().all(|error| error.kind() == ErrorKind::Protocol));
    assert_eq!(results.len(), 1001);
    assert!(errors.iter().all(|error| error.drift().is_some_and(|drift| !drift.path.is_empty())));
    // Kept of a record is all but its secrets, and of anything else nothing.
    let has_record: Vec<bool> = errors.iter().map(|error| error.record().is_some()).collect();
    assert_eq!(has_record, [false, false, false, true, true, true, true]);
}

async fn the_first_bad_item_fails_a_strict_list(world: World) {
    (world.seed)(20);
    world.server().script(Fault::edit(|answer| spoil(items(answer))).on(Method::GET, ""));
    let error = world.manager.list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.position()), (ErrorKind::Protocol, Some(0)));
    assert!(error.drift().is_some());
}

async fn the_unknown_harms_nothing(world: World) {
    let edit = Fault::edit(|answer| {
        for item in items(answer) {
            item["fieldOfTomorrow"] = serde_json::json!({"deep": [1, null, "x"]});
            for name in ["role", "status", "type", "accessType"] {
                if item.get(name).is_some_and(serde_json::Value::is_string) {
                    item[name] = "value-of-tomorrow".into();
                }
            }
        }
    });
    world.server().script(edit.on(Method::GET, ""));
    let tokens = world.list().await;
    assert_eq!(tokens.len(), (world.ids)().len());
    assert!(tokens.iter().all(|token| token.record.as_ref().unwrap().as_str().contains("fieldOfTomorrow")));
}

async fn a_list_is_asked_for_again(world: World) {
    for status in [429, 500, 502, 503] {
        world.server().script(Fault::status(status).on(Method::GET, ""));
        assert_eq!(world.list().await.len(), (world.ids)().len(), "{status}");
    }
    assert_eq!(world.sent(), 8);
}

async fn a_broken_list_is_an_error(world: World) {
    world.server().script(Fault::cut_after(40).on(Method::GET, ""));
    assert_eq!(world.list().await.len(), (world.ids)().len(), "it is asked for again");
    world.server().script(Fault::cut_after(40).on(Method::GET, "").always());
    let error = world.manager.list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
}

async fn a_proxys_page_is_an_error(world: World) {
    let page = Fault::status(200).with_body("text/html", "<html>CANARY</html>");
    world.server().script(page.on(Method::GET, ""));
    let error = world.manager.list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(!format!("{error} {error:?}").contains("CANARY"));
}

async fn of_one_owner(world: World) {
    let owner = world.owner.clone().unwrap();
    let of = |token: &Token| token.owner.as_ref().and_then(|owner| owner.id.clone());
    let expected = world.list().await.iter().filter(|token| of(token).as_ref() == Some(&owner)).count();
    let listed = world.manager.list_all(ListOptions::default().with_owner(&owner)).await.unwrap();
    assert!(listed.iter().all(|token| of(token).as_ref() == Some(&owner)));
    assert_eq!(listed.len(), expected);
    assert!(expected > 0 && expected < (world.ids)().len());
}

async fn unused_since(world: World) {
    let all = world.list().await;
    let a_year_ago = world.time() - 365 * DAY;
    let unused = |since| ListOptions::default().with_unused_since(since);
    let listed = world.manager.list_all(unused(a_year_ago)).await.unwrap();
    let never = |token: &&Token| token.last_used == When::Never;
    assert_eq!(listed.iter().filter(never).count(), all.iter().filter(never).count());
    assert!(listed.iter().all(|token| token.last_used.at().is_none_or(|used| used <= a_year_ago)));
    let tomorrow = world.time() + DAY;
    assert_eq!(world.manager.list_all(unused(tomorrow)).await.unwrap().len(), all.len());
}

async fn listed_can_be_got(world: World) {
    let listed = world.list().await.into_iter().find(|token| token.id == world.known).unwrap();
    let got = world.manager.get(&world.known).await.unwrap();
    assert_eq!(
        (got.id, got.name, got.created, got.expires),
        (listed.id, listed.name, listed.created, listed.expires)
    );
}

async fn missing_is_not_found(world: World) {
    let error = world.manager.get(&world.missing).await.unwrap_err();
    assert_eq!((error.kind(), error.token_id()), (ErrorKind::NotFound, Some(&world.missing)), "{error}");
}

async fn hostile_ids_get_nothing(world: World) {
    let before = (world.ids)();
    for hostile in HOSTILE {
        let error = world.manager.get(&hostile.parse().unwrap()).await.unwrap_err();
        let kinds = [ErrorKind::NotFound, ErrorKind::InvalidInput];
        assert!(kinds.contains(&error.kind()), "{hostile}: {error}");
    }
    assert_eq!((world.ids)(), before);
}

async fn errors_say_where(world: World) {
    let error = world.manager.get(&world.missing).await.unwrap_err();
    assert_eq!((error.family(), error.operation()), (Some(world.manager.family()), Some(Operation::Get)));
    assert!(error.to_string().starts_with(&format!("{} get: not found", world.manager.family())), "{error}");
}
