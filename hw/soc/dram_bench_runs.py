"""What hw/soc/dram_bench.py reads and writes, in the language of dram_bench.cpp."""

from hw.soc.configuration import Configuration

# Layer --------------------------------------------------------------------------------------------

class LayerTraffic:
    """DRAM traffic of matmulfree layers in the order of their commands, with the pauses of the vector unit.

    The sizes are those of docs/formats.md; how long the vector unit takes is an estimate: a group of lanes a cycle in every pass.

    Parameters
    ----------
    port : int
        Bytes of a port word.
    lanes : int
        Elements that the vector unit takes a cycle.
    """
    def __init__(self, port: int, lanes: int):
        self.port  = port
        self.lanes = lanes
        self.items : list[str] = []
        self.model = 0                     # Address of what is streamed next, in port words.
        self.list  = (28 << 20)//port      # Command list and state lie behind the model.
        self.state = (30 << 20)//port

    def words(self, size: int) -> int:
        return -(-size//self.port)

    def passes(self, count: int, elements: int) -> int:
        """Cycles of passes over a vector, with some for the scalar unit."""
        return count*(-(-elements//self.lanes) + 16) + 32

    def command(self) -> None:
        self.items.append(f"list {self.list} {self.words(64)}")
        self.list += self.words(64)

    def read(self, size: int, element: int, pause: int) -> None:
        """An operand of ``element`` bytes each; the vector unit takes ``lanes`` of them a cycle."""
        self.command()
        interval = max(self.port//(element*self.lanes), 1)
        self.items.append(f"read {self.model} {self.words(size)} {interval} {pause}")
        self.model += self.words(-(-size//64)*64)

    def quantise(self, elements: int) -> None:
        self.read(2*elements, 2, self.passes(1, elements))

    def norm(self, elements: int, then: int = 0) -> None:
        self.read(2*elements, 2, self.passes(then, elements))

    def matrix(self, rows: int, columns: int, then: int = 0) -> None:
        """A matrix, then ``then`` passes over its rows."""
        size = -(-rows//5)*(-(-columns//64)*64)
        self.command()
        self.items.append(f"weights {self.model} {self.words(size)} {self.passes(then, rows)}")
        self.model += self.words(size)

    def update(self, d: int) -> None:
        """Loads the state, computes the new one, stores it."""
        self.command()
        self.items.append(f"read {self.state} {self.words(4*d)} {max(self.port//(4*self.lanes), 1)} {self.passes(1, d)}")
        self.command()
        self.items.append(f"write {self.state} {self.words(4*d)}")
        self.state += self.words(4*d)

    def layer(self, d: int, inner: int) -> None:
        self.norm(d)
        self.quantise(d)
        self.matrix(d, d)
        self.norm(d) # The gate's bounds.
        self.quantise(d)
        self.matrix(d, d)
        self.update(d)
        self.quantise(d)
        self.matrix(d, d, then=1)
        self.norm(d, then=1)
        self.quantise(d)
        self.matrix(d, d, then=1)
        self.norm(d)
        self.quantise(d)
        self.matrix(2*inner, d, then=1)
        self.quantise(inner)
        self.matrix(d, inner, then=1)

# Runs ---------------------------------------------------------------------------------------------

def bench_runs(configuration: Configuration, word: int) -> dict[str, list[str]]:
    """Every run by name; ``word`` is the controller's word in bytes."""
    port    = configuration.port_bytes
    piece   = (16 << 10)//port
    traffic = LayerTraffic(port, configuration.vector_lanes)
    for _ in range(4):
        traffic.layer(1024, 2816)
    return {
        "1 MiB"                  : [f"weights 0 {(1 << 20)//port} 0"],
        "1 MiB LiteDRAMDMAReader": [f"rival 0 {(1 << 20)//word}"],
        "64 pieces of 16 KiB"    : [f"weights {(i*37 % 64)*piece} {piece} 0" for i in range(64)],
        "layers of 370M"         : traffic.items,
        "the same beside a CPU"  : ["cpu 200", *traffic.items],
    }
