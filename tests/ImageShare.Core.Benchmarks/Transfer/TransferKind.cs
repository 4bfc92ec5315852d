namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>What the two ends do besides moving octets.</summary>
internal enum TransferKind
{
    /// <summary>From memory to a counter.</summary>
    Memory,

    /// <summary>From memory into SHA-1.</summary>
    Hashed,

    /// <summary>From a file, through SHA-1, into a file.</summary>
    HashedFile,

    /// <summary>From memory to a counter, each chunk when the one before is answered.</summary>
    LockStep,
}
