#!/usr/bin/env python3
"""Makes ec2.txt from us-east-1.txt and two releases of apache-libcloud.

    pip download --no-deps apache-libcloud==3.6.0 apache-libcloud==3.9.1
    python3 make_ec2.py apache_libcloud-3.6.0-*.whl apache_libcloud-3.9.1-*.whl > ec2.txt

README.md says where the numbers come from and which are left out, and why.
"""
import collections
import json
import re
import sys
import zipfile

HERE = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."


def libcloud(wheel):
    with zipfile.ZipFile(wheel) as z:
        data = json.loads(z.read("libcloud/data/pricing.json"))
    return data["compute"]["ec2_linux"]


def long_size(size):
    if size == "x":
        return "xlarge"
    return size[:-1] + "xlarge" if re.fullmatch(r"\d+x", size) else size


def short_size(size):
    if size == "xlarge":
        return "x"
    return re.sub(r"^(\d+)xlarge$", r"\1x", size)


def us_east_1():
    prices = {}
    for line in open(HERE + "/us-east-1.txt"):
        if line.startswith("#"):
            continue
        family, *sizes = line.split()
        for pair in sizes:
            size, price = pair.split("=")
            prices[f"{family}.{long_size(size)}"] = float(price)
    return prices


def same(a, b, tolerance=0.001):
    return abs(a / b - 1) <= tolerance


def dedicated(a, b):
    """Whether a is b with the surcharge of a dedicated instance (6 to 10 %)."""
    return 1.05 <= a / b <= 1.111


def without_dedicated(base, old, new):
    """us-east-1 without bare-metal prices that carry the dedicated surcharge."""
    out = {}
    for kind, price in base.items():
        family, size = kind.split(".")
        if "metal" in size:
            seen = [t[kind]["us-east-1"] for t in (old, new) if t.get(kind, {}).get("us-east-1")]
            lower = [p for p in seen if dedicated(price, p)]
            sibling = re.fullmatch(r"metal-(\d+)xl", size)
            twin = base.get(f"{family}.{sibling[1]}xlarge") if sibling else None
            if lower:
                price = min(lower)
            elif twin and not same(price, twin):
                continue
        out[kind] = price
    return out


def regional(base, old, new):
    """Other regions: (kind, region) -> price, only what two looks agree on."""
    out = collections.defaultdict(dict)
    regions = sorted({r for t in (old, new) for k in t for r in t[k]})
    for region in regions:
        if region == "us-east-1" or "-lax-" in region:
            continue
        factors = collections.defaultdict(list)
        for kind, price in base.items():
            family = kind.split(".")[0]
            value = new.get(kind, {}).get(region)
            first = old.get(kind, {}).get(region)
            home = old.get(kind, {}).get("us-east-1")
            if first and home and same(home, price):
                # The price at home did not move since; nor here, as far as seen.
                if not value or same(value, first) or dedicated(value, first):
                    out[region][kind] = first
            elif value and not first and (not home or same(home, price)):
                factors[family].append((value / price, kind, value))
        for rows in factors.values():
            # A region's price of a family is one factor on us-east-1's for
            # every size; dedicated prices stand out above it.
            low = min(f for f, _, _ in rows)
            clean = [row for row in rows if row[0] <= low * 1.003]
            if len(clean) >= 3:
                out[region].update({kind: value for _, kind, value in clean})
    return {region: prices for region, prices in out.items() if len(prices) >= 190}


def write(region, prices):
    print(f"[{region}]")
    families = collections.defaultdict(list)
    for kind, price in prices.items():
        family, size = kind.split(".")
        families[family].append((price, short_size(size)))
    for family in sorted(families):
        sizes = " ".join(f"{s}={p:.9g}" for p, s in sorted(families[family]))
        print(family, sizes)


def main():
    old, new = libcloud(sys.argv[1]), libcloud(sys.argv[2])
    base = us_east_1()
    home = without_dedicated(base, old, new)
    other = regional(home, old, new)
    print("# EC2 Linux on-demand, USD an hour. Made by make_ec2.py; see README.md.")
    write("us-east-1", home)
    for region in sorted(other):
        write(region, other[region])
    print({r: len(p) for r, p in {"us-east-1": home, **other}.items()}, file=sys.stderr)


main()
