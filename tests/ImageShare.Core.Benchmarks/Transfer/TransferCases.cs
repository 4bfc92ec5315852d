namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>All cases, in the order they run in each round: each of ours right behind the hand-written pair it is compared with.</summary>
internal static class TransferCases
{
    private static readonly int[] ChunkSizes = [2048, 10240, 65536, 1 << 20];

    public static IReadOnlyList<ITransferCase> All { get; } =
    [
        new RawSocketCopy(),
        .. from kind in Enum.GetValues<TransferKind>()
           from chunkSize in kind == TransferKind.LockStep ? ChunkSizes[..1] : ChunkSizes
           from one in (ITransferCase[])[new IdealMsrp(chunkSize, kind), new LibraryMsrp(chunkSize, kind)]
           select one,
    ];

    /// <summary>Of the octets of a round, one in so many is enough for this kind.</summary>
    public static int PartOf(TransferKind kind) => kind == TransferKind.LockStep ? 32 : 1;
}
