// Simulation models of the two ECP5 cells that Yosys has no model of, for exactly the modes that it infers; anything else stops
// the simulation. They take no part in any build. cells.test.ts compares them with memories and multipliers that went through
// synthesis.
//
// Sources: Lattice FPGA-TN-02204 (memories: widths, byte enables, write modes, synchronous reset) and FPGA-TN-02205 (sysDSP);
// how Yosys connects them: its lattice/brams_map_16kd.v, brams_16kd.txt and dsp_map_18x18.v.

/* verilator lint_off DECLFILENAME */
/* verilator lint_off MULTIDRIVEN */
/* verilator lint_off UNUSED */
/* verilator lint_off WIDTH */

// 18 Kbit of block RAM: 2048 bytes of nine bits behind two ports, 1, 2, 4, 9 or 18 bits wide. With port A 36 bits wide (pseudo
// dual port) A only writes, DIB being the upper half of its word, and B only reads; B's word is on DOB, of 36 bits the lower half
// on DOA. What a port reads while the other one writes it is undefined in the part: here every such bit is wrong.
module DP16KD #(
    parameter DATA_WIDTH_A = 18, DATA_WIDTH_B = 18,
    parameter REGMODE_A = "NOREG", REGMODE_B = "NOREG",
    parameter RESETMODE = "SYNC", ASYNC_RESET_RELEASE = "SYNC",
    parameter CSDECODE_A = "0b000", CSDECODE_B = "0b000",
    parameter WRITEMODE_A = "NORMAL", WRITEMODE_B = "NORMAL",
    parameter CLKAMUX = "CLKA", CLKBMUX = "CLKB",
    parameter GSR = "ENABLED",
    parameter [319:0] INITVAL_00 = 320'h0, INITVAL_01 = 320'h0, INITVAL_02 = 320'h0, INITVAL_03 = 320'h0,
    parameter [319:0] INITVAL_04 = 320'h0, INITVAL_05 = 320'h0, INITVAL_06 = 320'h0, INITVAL_07 = 320'h0,
    parameter [319:0] INITVAL_08 = 320'h0, INITVAL_09 = 320'h0, INITVAL_0A = 320'h0, INITVAL_0B = 320'h0,
    parameter [319:0] INITVAL_0C = 320'h0, INITVAL_0D = 320'h0, INITVAL_0E = 320'h0, INITVAL_0F = 320'h0,
    parameter [319:0] INITVAL_10 = 320'h0, INITVAL_11 = 320'h0, INITVAL_12 = 320'h0, INITVAL_13 = 320'h0,
    parameter [319:0] INITVAL_14 = 320'h0, INITVAL_15 = 320'h0, INITVAL_16 = 320'h0, INITVAL_17 = 320'h0,
    parameter [319:0] INITVAL_18 = 320'h0, INITVAL_19 = 320'h0, INITVAL_1A = 320'h0, INITVAL_1B = 320'h0,
    parameter [319:0] INITVAL_1C = 320'h0, INITVAL_1D = 320'h0, INITVAL_1E = 320'h0, INITVAL_1F = 320'h0,
    parameter [319:0] INITVAL_20 = 320'h0, INITVAL_21 = 320'h0, INITVAL_22 = 320'h0, INITVAL_23 = 320'h0,
    parameter [319:0] INITVAL_24 = 320'h0, INITVAL_25 = 320'h0, INITVAL_26 = 320'h0, INITVAL_27 = 320'h0,
    parameter [319:0] INITVAL_28 = 320'h0, INITVAL_29 = 320'h0, INITVAL_2A = 320'h0, INITVAL_2B = 320'h0,
    parameter [319:0] INITVAL_2C = 320'h0, INITVAL_2D = 320'h0, INITVAL_2E = 320'h0, INITVAL_2F = 320'h0,
    parameter [319:0] INITVAL_30 = 320'h0, INITVAL_31 = 320'h0, INITVAL_32 = 320'h0, INITVAL_33 = 320'h0,
    parameter [319:0] INITVAL_34 = 320'h0, INITVAL_35 = 320'h0, INITVAL_36 = 320'h0, INITVAL_37 = 320'h0,
    parameter [319:0] INITVAL_38 = 320'h0, INITVAL_39 = 320'h0, INITVAL_3A = 320'h0, INITVAL_3B = 320'h0,
    parameter [319:0] INITVAL_3C = 320'h0, INITVAL_3D = 320'h0, INITVAL_3E = 320'h0, INITVAL_3F = 320'h0
) (
    input wire DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2,
    DIA1, DIA0,
    input wire ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
    input wire CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
    output wire DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3,
    DOA2, DOA1, DOA0,
    input wire DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2,
    DIB1, DIB0,
    input wire ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
    input wire CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
    output wire DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3,
    DOB2, DOB1, DOB0
);
    localparam PSEUDO = DATA_WIDTH_A == 36;

    // Nine bits each; a word of 18 bits is bytes 2n and 2n + 1. INITVAL_ has 16 words each, 20 bits apart.
    reg [8:0] bytes[0:2047];
    localparam [20479:0] CONTENT = {
        INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A, INITVAL_39, INITVAL_38, INITVAL_37,
        INITVAL_36, INITVAL_35, INITVAL_34, INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30, INITVAL_2F, INITVAL_2E,
        INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28, INITVAL_27, INITVAL_26, INITVAL_25,
        INITVAL_24, INITVAL_23, INITVAL_22, INITVAL_21, INITVAL_20, INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C,
        INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18, INITVAL_17, INITVAL_16, INITVAL_15, INITVAL_14, INITVAL_13,
        INITVAL_12, INITVAL_11, INITVAL_10, INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A,
        INITVAL_09, INITVAL_08, INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04, INITVAL_03, INITVAL_02, INITVAL_01,
        INITVAL_00
    };
    integer index;
    initial begin
        for (index = 0; index < 2048; index = index + 1) bytes[index] = CONTENT[20 * (index / 2) + 9 * (index % 2) +: 9];
        if (REGMODE_A != "NOREG" || REGMODE_B != "NOREG" || CSDECODE_A != "0b000" || CSDECODE_B != "0b000"
            || CLKAMUX != "CLKA" || CLKBMUX != "CLKB" || DATA_WIDTH_B == 36 && !PSEUDO) begin
            $display("%%Error: DP16KD %m: a mode that is not modelled");
            $stop;
        end
    end
    // Where nothing resets it, Yosys leaves the asynchronous mode.
    always @(posedge CLKA, posedge CLKB)
        if (RESETMODE != "SYNC" && (RSTA || RSTB)) begin
            $display("%%Error: DP16KD %m: an asynchronous reset, which is not modelled");
            $stop;
        end

    wire [35:0] dataA = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3,
        DIB2, DIB1, DIB0,
        DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0};
    wire [17:0] dataB = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3,
        DIB2, DIB1, DIB0};
    wire [13:0] addressA = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
    wire [13:0] addressB = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
    wire selectedA = CEA && !CSA2 && !CSA1 && !CSA0;
    wire selectedB = CEB && !CSB2 && !CSB1 && !CSB0;
    wire writesA = selectedA && WEA && !RSTA;
    wire writesB = selectedB && WEB && !RSTB && !PSEUDO;

    // The first byte of a port's word.
    function [10:0] firstByte(input integer width, input [13:0] address);
        firstByte = width == 36 ? {address[13:5], 2'b00} : width == 18 ? {address[13:4], 1'b0} : address[13:3];
    endfunction

    // The bits of four bytes that a write sets; wide ports have their byte enables in the low bits of the address.
    function [35:0] writtenBits(input integer width, input [13:0] address);
        case (width)
            36: writtenBits = {{9{address[3]}}, {9{address[2]}}, {9{address[1]}}, {9{address[0]}}};
            18: writtenBits = {18'd0, {9{address[1]}}, {9{address[0]}}};
            9: writtenBits = 36'h1ff;
            default: writtenBits = ((36'd1 << width) - 36'd1) << (address[2:0] & ~(width - 1));
        endcase
    endfunction

    // A narrow port's data where they lie in the byte, and back.
    function [35:0] placed(input integer width, input [13:0] address, input [35:0] data);
        placed = width < 9 ? data << (address[2:0] & ~(width - 1)) : data;
    endfunction
    function [35:0] taken(input integer width, input [13:0] address, input [35:0] word);
        taken = width == 36 ? word : (width < 9 ? word >> (address[2:0] & ~(width - 1)) : word) & ((36'd1 << width) - 36'd1);
    endfunction

    wire [10:0] firstA = firstByte(DATA_WIDTH_A, addressA);
    wire [10:0] firstB = firstByte(DATA_WIDTH_B, addressB);
    wire [35:0] setsA = writesA ? writtenBits(DATA_WIDTH_A, addressA) : 36'd0;
    wire [35:0] setsB = writesB ? writtenBits(DATA_WIDTH_B, addressB) : 36'd0;
    wire [35:0] storedA = {bytes[firstA | 11'd3], bytes[firstA | 11'd2], bytes[firstA | 11'd1], bytes[firstA]};
    wire [35:0] storedB = {bytes[firstB | 11'd3], bytes[firstB | 11'd2], bytes[firstB | 11'd1], bytes[firstB]};
    wire [35:0] newA = (storedA & ~setsA) | (placed(DATA_WIDTH_A, addressA, dataA) & setsA);
    wire [35:0] newB = (storedB & ~setsB) | (placed(DATA_WIDTH_B, addressB, {18'd0, dataB}) & setsB);

    // Of four bytes from `first` on, the bits that the other port writes.
    function [35:0] disturbed(input [10:0] first, input [10:0] otherFirst, input [35:0] otherSets);
        integer i, j;
        begin
            disturbed = 36'd0;
            for (i = 0; i < 4; i = i + 1)
                for (j = 0; j < 4; j = j + 1)
                    if (first + i == otherFirst + j) disturbed[9 * i +: 9] = otherSets[9 * j +: 9];
        end
    endfunction

    reg [35:0] readA = 36'd0;
    reg [35:0] readB = 36'd0;
    always @(posedge CLKA) begin
        if (setsA[8:0] != 9'd0) bytes[firstA] <= newA[8:0];
        if (setsA[17:9] != 9'd0) bytes[firstA | 11'd1] <= newA[17:9];
        if (setsA[26:18] != 9'd0) bytes[firstA | 11'd2] <= newA[26:18];
        if (setsA[35:27] != 9'd0) bytes[firstA | 11'd3] <= newA[35:27];
        if (RSTA) readA <= 36'd0;
        else if (selectedA && WEA && WRITEMODE_A == "WRITETHROUGH") readA <= taken(DATA_WIDTH_A, addressA, newA);
        else if (selectedA && (!WEA || WRITEMODE_A == "READBEFOREWRITE"))
            readA <= taken(DATA_WIDTH_A, addressA, storedA ^ disturbed(firstA, firstB, setsB));
    end
    always @(posedge CLKB) begin
        if (setsB[8:0] != 9'd0) bytes[firstB] <= newB[8:0];
        if (setsB[17:9] != 9'd0) bytes[firstB | 11'd1] <= newB[17:9];
        if (RSTB) readB <= 36'd0;
        else if (selectedB && WEB && WRITEMODE_B == "WRITETHROUGH") readB <= taken(DATA_WIDTH_B, addressB, newB);
        else if (selectedB && (!WEB || WRITEMODE_B == "READBEFOREWRITE"))
            readB <= taken(DATA_WIDTH_B, addressB, storedB ^ disturbed(firstB, firstA, setsA));
    end

    assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1,
        DOA0} = PSEUDO ? readB[17:0] : readA[17:0];
    assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1,
        DOB0} = DATA_WIDTH_B == 36 ? readB[35:18] : readB[17:0];
endmodule

// Multiplier of 18 by 18 bits without any of its registers; SIGNEDA and SIGNEDB say how A and B are meant.
module MULT18X18D #(
    parameter REG_INPUTA_CLK = "NONE", REG_INPUTB_CLK = "NONE", REG_INPUTC_CLK = "NONE",
    parameter REG_PIPELINE_CLK = "NONE", REG_OUTPUT_CLK = "NONE"
) (
    input wire A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0,
    input wire B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0,
    input wire C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0,
    input wire SIGNEDA, SIGNEDB, SOURCEA, SOURCEB,
    output wire P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16,
    P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
);
    initial
        if (REG_INPUTA_CLK != "NONE" || REG_INPUTB_CLK != "NONE" || REG_INPUTC_CLK != "NONE" || REG_PIPELINE_CLK != "NONE"
            || REG_OUTPUT_CLK != "NONE") begin
            $display("%%Error: MULT18X18D %m: a mode that is not modelled");
            $stop;
        end
    wire [17:0] a = {A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
    wire [17:0] b = {B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
    wire signed [35:0] wideA = {{18{SIGNEDA & a[17]}}, a};
    wire signed [35:0] wideB = {{18{SIGNEDB & b[17]}}, b};
    wire signed [35:0] product = wideA * wideB;
    assign {
        P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14,
        P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
    } = product;
endmodule
