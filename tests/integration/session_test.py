#!/usr/bin/env python3
"""Signing in: from the operator's set-up link to a session that outlives a kill, over the socket and without a browser."""

import http.client
import json

import harness

PASSWORD = "correct horse battery staple"


class Browser:
    """What a browser with a page of ours sends: the cookie it was given, the page's CSRF token."""

    def __init__(self, server):
        self.address = harness.split_url(server.boot["api_endpoint"])
        self.cookie = self.csrf = None

    def send(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(*self.address, timeout=harness.DEADLINE_S)
        try:
            known = {"Cookie": self.cookie, "X-Coffer-CSRF": self.csrf, "Sec-Fetch-Site": "same-origin", **headers}
            connection.request(method, "/client/v4" + path, body=json.dumps(body) if body is not None else None,
                               headers={name: value for name, value in known.items() if value is not None})
            response = connection.getresponse()
            answer = json.loads(response.read())
            if cookie := response.getheader("Set-Cookie"):
                self.cookie = cookie.split(";")[0]
            if response.status == 200 and "csrf_token" in (answer["result"] or {}):
                self.csrf = answer["result"]["csrf_token"]
            return response.status, answer
        finally:
            connection.close()


class Session(harness.Case):
    def signed_in(self, server, email="admin@localhost"):
        link = self.operate(server.data, "user", "setup-link", "--email", email)["link"]
        browser = Browser(server)
        status, answer = browser.send("POST", "/session/setup/password",
                                      {"token": link.split("#")[1], "password": PASSWORD})
        self.assertEqual(status, 200, answer)
        return browser

    def test_a_session_outlives_a_kill_and_ends_with_sign_out(self):
        server = self.server()
        browser = self.signed_in(server)
        account = server.boot["account_id"]
        status, _ = browser.send("POST", f"/accounts/{account}/r2/buckets", {"name": "photos"})
        self.assertEqual(status, 200)
        server.kill()
        server.start()
        browser.address = harness.split_url(server.boot["api_endpoint"])
        status, answer = browser.send("GET", f"/accounts/{account}/r2/buckets")
        self.assertEqual((status, answer["result"]["buckets"][0]["name"]), (200, "photos"))
        self.operate(server.data, "user", "sign-out", "--email", "admin@localhost")
        self.assertEqual(browser.send("GET", f"/accounts/{account}/r2/buckets")[0], 401)
        self.assertEqual(browser.send("POST", "/session", {"email": "ADMIN@localhost", "password": PASSWORD})[0], 200)
        self.assertEqual(browser.send("GET", "/user")[0], 200)

    def test_a_cookie_alone_is_nothing(self):
        server = self.server()
        browser = self.signed_in(server)
        for headers in ({"X-Coffer-CSRF": None}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": None}):
            self.assertEqual(browser.send("GET", "/user", **headers)[0], 401, headers)

    def test_secrets_are_not_logged(self):
        server = self.server(access_log="stderr")
        browser = self.signed_in(server)
        browser.send("PUT", "/user/password", {"old_password": PASSWORD, "new_password": "another password 1"})
        server.stop()
        log = server.log() + server.out_file.read_text()
        self.assertIn("session-setup-password", log)
        for secret in (PASSWORD, "another password 1", browser.csrf, browser.cookie.split("=")[1]):
            self.assertNotIn(secret, log)

    def test_the_listener_serves_the_dashboard_or_says_that_it_has_none(self):
        server = self.server()
        connection = http.client.HTTPConnection(*harness.split_url(server.boot["api_endpoint"]))
        self.addCleanup(connection.close)
        connection.request("GET", "/sign-in")
        response = connection.getresponse()
        text = response.read()
        if response.status == 200:
            self.assertIn("default-src 'none'", response.getheader("Content-Security-Policy"))
            self.assertIn(b"<!doctype html>", text.lower())
        else:
            self.assertEqual(response.status, 404)
            self.assertIn(b"built without the dashboard", text)


if __name__ == "__main__":
    harness.main()
