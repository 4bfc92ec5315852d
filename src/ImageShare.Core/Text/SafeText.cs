namespace ImageShare.Core.Text;

/// <summary>The check every writer applies to external values: no value may end its own line.</summary>
internal static class SafeText
{
    public static bool IsLineBreaking(ReadOnlySpan<char> value) => value.ContainsAny(Grammar.LineBreakingChars);

    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: the value contains CR, LF or NUL.</exception>
    public static void ThrowIfLineBreaking(ReadOnlySpan<char> value)
    {
        if (IsLineBreaking(value))
        {
            Throw();
        }
    }

    private static void Throw() => throw new ImageShareException(
        ImageShareError.InvalidValue,
        "A value contains a line break or a NUL, which would end its header line; remove it.");
}
