using ImageShare.Cli.Pictures;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Reporting;

/// <summary>How pictures are shown: what was asked for with <c>--pictures</c>, as far as the terminal and its user allow it.</summary>
/// <param name="Form">The form.</param>
/// <param name="Depth">The colours of half blocks.</param>
/// <param name="Terminal">What the terminal has said of itself.</param>
internal sealed record PictureStyle(PictureForm Form, ColorDepth Depth, TerminalAnswer Terminal)
{
    public static readonly string[] Choices = ["auto", "kitty", "sixel", "blocks", "none"];

    public static PictureStyle None { get; } = new(PictureForm.None, ColorDepth.None, TerminalAnswer.None);

    /// <param name="wanted">One of <see cref="Choices"/>.</param>
    /// <param name="isUtf8">Whether the terminal shows half blocks.</param>
    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="ask">Asks the terminal; not called if no answer matters.</param>
    public static PictureStyle Choose(string wanted, bool isUtf8, Func<string, string?> variable, Func<TerminalAnswer> ask)
    {
        // no-color.org: any value but the empty one.
        if (wanted == "none" || !string.IsNullOrEmpty(variable("NO_COLOR")) || variable("TERM") is "dumb")
        {
            return None;
        }

        ColorDepth depth = isUtf8 ? HalfBlocks.DepthOf(variable) : ColorDepth.None;
        if (wanted == "blocks")
        {
            return new PictureStyle(PictureForm.Blocks, depth == ColorDepth.None ? ColorDepth.Palette : depth, TerminalAnswer.None);
        }

        // Asked also if the form is given: the size of its cells says how large a picture may be.
        TerminalAnswer terminal = ask();
        PictureForm form = wanted switch
        {
            "kitty" => PictureForm.Kitty,
            "sixel" => PictureForm.Sixel,
            _ when terminal.HasKitty || KittyGraphics.IsNamedBy(variable) => PictureForm.Kitty,
            _ when terminal.HasSixel => PictureForm.Sixel,
            _ => depth == ColorDepth.None ? PictureForm.None : PictureForm.Blocks,
        };
        return new PictureStyle(form, depth, terminal);
    }
}
