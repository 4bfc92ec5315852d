using System.Security.Cryptography;

namespace ImageShare.Core.Text;

/// <summary>Unguessable identifiers of letters and digits, from the system's cryptographic random number generator.</summary>
internal static class RandomToken
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>The length of a token with at least 128 random bits (22 × 5.95).</summary>
    public const int Length128 = 22;

    public static string Create(int length = Length128) => RandomNumberGenerator.GetString(Letters, length);
}
