"""What Locust sends, where there is no wrk: the same requests as load.lua. It is never imported."""

import os
import random

from locust import FastHttpUser, task  # type: ignore[import-not-found]

KIND, ORDERS, USERS = os.environ["BENCH_KIND"], int(os.environ["BENCH_ORDERS"]), int(os.environ["BENCH_USERS"])
random.seed(1)


class Client(FastHttpUser):  # type: ignore[misc]
    """One connection that asks again as soon as it is answered."""

    @task  # type: ignore[untyped-decorator]
    def ask(self) -> None:
        """Send one request of the kind that is measured."""
        kind = KIND if KIND != "mixed" else random.choices(("create", "list", "read"), (1, 2, 7))[0]
        if kind == "create":
            order = {"user_id": random.randint(1, USERS), "product_id": random.randint(1, 10), "quantity": 1}
            self.client.post("/orders", json=order)
        elif kind == "read":
            self.client.get(f"/orders/{random.randint(1, ORDERS)}", name="/orders/{id}")
        else:
            self.client.get(f"/orders?user_id={random.randint(1, USERS)}", name="/orders")
