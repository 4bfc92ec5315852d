namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>All cases, in the order they run in each round: each of ours right behind the hand-written pair it is compared with.</summary>
internal static class TransferCases
{
    private static readonly int[] ChunkSizes = [2048, 10240, 65536, 1 << 20];

    public static IReadOnlyList<ITransferCase> All { get; } =
    [
        new RawSocketCopy(),
        .. from kind in Enum.GetValues<TransferKind>()
           from chunkSize in ChunkSizes
           from one in (ITransferCase[])[new IdealMsrp(chunkSize, kind), new LibraryMsrp(chunkSize, kind)]
           select one,
    ];
}
