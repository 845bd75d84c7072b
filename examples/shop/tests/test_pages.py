"""What visitors see, and what they may post."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from shop import create_app
from shop.catalogue import CATALOGUE, Product
from shop.pages import price
from shop.settings import Settings
from werkzeug.test import TestResponse

MUG = {"product": "enamel-mug"}


def cart_cookie(answer: TestResponse) -> dict[str, str]:
    """The header with which a browser gives back the cookie that `answer` set."""
    return {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}


def another_server(key: str) -> FlaskClient:
    """A client that sends only the cookies it is told to, of a server that signs with `key`."""
    return create_app(Settings.from_environ({"SHOP_SECRET_KEY": key})).test_client(use_cookies=False)


def test_the_catalogue_links_every_product_with_its_picture_and_price(client: FlaskClient) -> None:
    page = client.get("/").text
    for product in CATALOGUE:
        assert f'href="/products/{product.slug}"' in page
        assert price(product.price_cents) in page
    assert page.count('<svg viewBox="0 0 200 200"') == len(CATALOGUE)


@pytest.mark.parametrize("product", CATALOGUE, ids=lambda product: str(product.slug))
def test_every_product_has_a_page(client: FlaskClient, product: Product) -> None:
    answer = client.get(f"/products/{product.slug}")
    assert answer.status_code == 200
    assert product.story in answer.text.replace("&#39;", "'")


def test_prices_are_printed_from_cents() -> None:
    assert [price(0), price(5), price(1190), price(123456)] == ["€0.00", "€0.05", "€11.90", "€1234.56"]


def test_the_footer_names_server_and_version(client: FlaskClient) -> None:
    answer = client.get("/")
    assert f"served by {answer.headers['X-Served-By']}, version 1." in answer.text


def test_adding_redirects_to_a_cart_that_shows_it(client: FlaskClient) -> None:
    answer = client.post("/cart/add", data=MUG | {"quantity": "2"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")
    cart = client.get("/cart").text
    assert "Enamel mug" in cart
    assert "€29.00" in cart


def test_adding_twice_adds_up_to_99_at_most(client: FlaskClient) -> None:
    for quantity in ("2", "3"):
        client.post("/cart/add", data=MUG | {"quantity": quantity})
    assert 'value="5"' in client.get("/cart").text
    client.post("/cart/add", data=MUG | {"quantity": "99"})
    assert 'value="99"' in client.get("/cart").text


def test_changing_replaces_the_quantity(client: FlaskClient) -> None:
    client.post("/cart/add", data=MUG | {"quantity": "2"})
    assert client.post("/cart/change", data=MUG | {"quantity": "7"}).status_code == 303
    assert 'value="7"' in client.get("/cart").text


@pytest.mark.parametrize(("path", "form"), [("/cart/remove", MUG), ("/cart/change", MUG | {"quantity": "0"})])
def test_removing_empties_the_cart(client: FlaskClient, path: str, form: dict[str, str]) -> None:
    client.post("/cart/add", data=MUG | {"quantity": "2"})
    assert client.post(path, data=form).status_code == 303
    assert "Nothing in it yet" in client.get("/cart").text


@pytest.mark.parametrize("path", ["/cart/add", "/cart/change"])
@pytest.mark.parametrize("quantity", ["", "-1", "100", "1.5", "two", "٣", " 1", "1\n"])
def test_a_quantity_outside_0_to_99_is_refused(client: FlaskClient, path: str, quantity: str) -> None:
    assert client.post(path, data=MUG | {"quantity": quantity}).status_code == 400


@pytest.mark.parametrize("path", ["/cart/add", "/cart/change", "/cart/remove"])
def test_an_unknown_product_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.post(path, data={"product": "anvil", "quantity": "1"}).status_code == 404
    assert client.post(path, data={"quantity": "1"}).status_code == 404


def test_another_server_with_the_same_key_knows_the_cart(client: FlaskClient) -> None:
    cookie = cart_cookie(client.post("/cart/add", data=MUG | {"quantity": "2"}))
    other = another_server(client.application.config["SECRET_KEY"])
    assert "Enamel mug" in other.get("/cart", headers=cookie).text


def test_a_cart_signed_with_another_key_is_empty(client: FlaskClient) -> None:
    cookie = cart_cookie(client.post("/cart/add", data=MUG | {"quantity": "2"}))
    assert "Nothing in it yet" in another_server("x" * 32).get("/cart", headers=cookie).text


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites_forms(client: FlaskClient) -> None:
    attributes = client.post("/cart/add", data=MUG | {"quantity": "2"}).headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Lax"} <= set(attributes)


@pytest.mark.parametrize("origin", ["http://shop.example.net", "null", "http://localhost:81"])
def test_a_form_on_another_site_cannot_replace_the_cart(client: FlaskClient, origin: str) -> None:
    answer = client.post("/cart/add", data=MUG | {"quantity": "1"}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("origin", ["http://localhost", "https://localhost"])
def test_our_own_form_is_taken_also_behind_tls_termination(client: FlaskClient, origin: str) -> None:
    answer = client.post("/cart/add", data=MUG | {"quantity": "1"}, headers={"Origin": origin})
    assert answer.status_code == 303


def test_a_missing_page_is_told_in_the_shops_style(client: FlaskClient) -> None:
    answer = client.get("/products/anvil")
    assert answer.status_code == 404
    assert "Lost at sea" in answer.text
    assert "shop.css" in answer.text


def test_the_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.get("/cart/add")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_a_form_longer_than_any_of_ours_is_refused(client: FlaskClient) -> None:
    assert client.post("/cart/add", data=MUG | {"quantity": "1" * 5000}).status_code == 413


@pytest.mark.parametrize("path", ["/", "/products/logbook", "/cart", "/healthz", "/version"])
def test_head_answers_as_get_without_a_body(client: FlaskClient, path: str) -> None:
    answer = client.head(path)
    assert answer.status_code == 200
    assert answer.data == b""
    assert int(answer.headers["Content-Length"]) == len(client.get(path).data)
