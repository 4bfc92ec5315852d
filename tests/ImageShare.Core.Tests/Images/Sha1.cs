using System.Collections.Immutable;
using System.Security.Cryptography;

namespace ImageShare.Core.Tests.Images;

/// <summary>The hash RFC 5547 names: it finds transmission errors, it protects nothing.</summary>
internal static class Sha1
{
    public static ImmutableArray<byte> Of(ReadOnlySpan<byte> content)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(content);
        return [.. hash.GetHashAndReset()];
    }
}
