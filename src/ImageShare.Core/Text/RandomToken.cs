using System.Security.Cryptography;

namespace ImageShare.Core.Text;

/// <summary>Identifiers nobody can guess: letters and digits, from the system's cryptographic generator.</summary>
internal static class RandomToken
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>The length at which a token holds at least 128 random bits (22 × 5.95).</summary>
    public const int Length128 = 22;

    public static string Create(int length = Length128) => RandomNumberGenerator.GetString(Letters, length);
}
